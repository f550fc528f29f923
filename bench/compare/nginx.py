"""nginx's configuration: Debian's nginx, connections kept on both sides, streams passed on unbuffered."""

TEMPLATE = """\
daemon off;
worker_processes {workers};
worker_rlimit_nofile {open_files};
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{
    worker_connections {connections};
    use epoll;
}}
http {{
    access_log off;
    server_tokens off;
    tcp_nodelay on;
    default_type application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;

    keepalive_timeout 3600s;
    keepalive_requests 1000000000;
    client_max_body_size 33m;
    client_body_buffer_size 33m;       # of it as much as the body needs: nothing goes to a file

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $proxy_host;
    proxy_read_timeout 660s;
    proxy_send_timeout 660s;
{tls}
    upstream provider {{
        server 127.0.0.1:{upstream};
        keepalive {kept};
        keepalive_requests 1000000000;
        keepalive_timeout 3600s;
    }}

    server {{
        listen 127.0.0.1:{port} backlog=16384{listeners};
        location = /idle {{ return 200 "{{}}"; }}
        location /whole/ {{
            proxy_buffers 16 16k;
            proxy_pass {scheme}://provider/api/v1/;
        }}
        location /streamed/ {{
            proxy_buffering off;
            proxy_pass {scheme}://provider/api/v1/;
        }}
    }}
}}
"""

TLS = """\
    proxy_ssl_protocols TLSv1.2 TLSv1.3;
    proxy_ssl_session_reuse on;
    proxy_ssl_name localhost;          # of an address it does not find the name
    proxy_ssl_verify on;
    proxy_ssl_trusted_certificate {trusted};
"""


def configuration(folder, port, upstream, open_files, workers=1, trusted=None):
    # With fewer than a sixteenth of its connections left nginx closes some that a client was about to use.
    connections = open_files + open_files // 8
    return TEMPLATE.format(folder=folder, port=port, upstream=upstream, open_files=open_files, connections=connections,
                           kept=open_files // 2, workers=workers,
                           listeners=" reuseport" if workers > 1 else "",  # one for each, as dragoman has them
                           scheme="https" if trusted else "http", tls=TLS.format(trusted=trusted) if trusted else "")
