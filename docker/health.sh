#!/bin/bash
# Whether the dragoman of this container answers (0) or not (1). bash is all it needs.
#   dragoman-health [PORT]      without PORT: the one that process 1 was started with
set -u

port_of_process_1() {
    local -a arguments=()
    mapfile -d '' -t arguments < /proc/1/cmdline
    local i port=${PORT:-8080}
    for ((i = 0; i < ${#arguments[@]}; i++)); do
        case ${arguments[i]} in
            --port | -p) port=${arguments[i + 1]:-} ;;
            --port=*) port=${arguments[i]#*=} ;;
        esac
    done
    echo "${port//[!0-9]/}"        # docker --env-file leaves quotes where they are
}

answers() { # ADDRESS PORT
    local status
    exec 3<> "/dev/tcp/$1/$2" || return 1
    printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    IFS= read -r -t 4 status <&3 && [[ $status == "HTTP/1.1 200 "* ]]
} 2> /dev/null

port=${1:-$(port_of_process_1)}
answers 127.0.0.1 "$port" || answers ::1 "$port" || { echo "nothing healthy at port $port"; exit 1; }
