# services.dragoman: one dragoman for the machine, as a user of its own that exists while it runs.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.dragoman;
  common = import ./options.nix { inherit lib pkgs cfg; };

  listen = cfg.settings.server.listen or [ "127.0.0.1:8080" ];
  portOf = address: lib.toInt (lib.last (lib.splitString ":" address));
  isLoopback =
    address:
    lib.any (start: lib.hasPrefix start address) [
      "127."
      "localhost:"
      "[::1]:"
    ];
  reachable = lib.filter (address: !isLoopback address) (lib.toList listen);

  credentials =
    lib.optional (cfg.keyFile != null) "${lib.toLower common.keyName}:${cfg.keyFile}"
    ++ lib.optional (cfg.clientTokensFile != null) "dragoman_client_token:${cfg.clientTokensFile}";
in
{
  options.services.dragoman = common.options // {
    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Open the ports of `settings.server.listen` that are not on a loopback address.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = common.assertions ++ [
      {
        assertion = !cfg.openFirewall || reachable != [ ];
        message = "services.dragoman.openFirewall: dragoman listens on loopback addresses only; set settings.server.listen, such as [ \"0.0.0.0:8080\" ], and clientTokensFile.";
      }
    ];

    environment.systemPackages = [ cfg.package ];
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall (map portOf reachable);

    systemd.services.dragoman = {
      description = "dragoman: the Messages API for any model";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      # agenix and sops-nix decrypt before services start; where sops-nix does so in a unit, this waits for it.
      after = [
        "network-online.target"
        "sops-install-secrets.service"
      ];
      # The same as packaging/systemd/system/dragoman.service; a test compares them.
      serviceConfig = {
        Type = "notify";
        ExecStart = "${lib.getExe cfg.package} serve --config ${common.configFile common.settings}";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        # A wrong configuration is not cured by starting again.
        Restart = "on-failure";
        RestartSec = "1s";
        RestartPreventExitStatus = 2;
        WatchdogSec = "30s";
        # Longer than `drain`, so that running answers may finish.
        TimeoutStopSec = "45s";

        LoadCredential = credentials;
        DynamicUser = true;
        StateDirectory = "dragoman";
        StateDirectoryMode = "0700";
        CacheDirectory = "dragoman";
        CacheDirectoryMode = "0700";
        RuntimeDirectory = "dragoman";
        RuntimeDirectoryMode = "0700";
        UMask = "0077";

        CapabilityBoundingSet = "";
        AmbientCapabilities = "";
        # Where clouds tell a machine its own secrets.
        IPAddressDeny = [
          "169.254.0.0/16"
          "fd00:ec2::254/128"
        ];
        LimitCORE = 0;
        LimitNOFILE = 524288;
        LockPersonality = true;
        MemoryDenyWriteExecute = true;
        MemoryMax = "2G";
        NoNewPrivileges = true;
        OOMPolicy = "stop";
        PrivateDevices = true;
        PrivateTmp = true;
        PrivateUsers = true;
        ProcSubset = "pid";
        ProtectClock = true;
        ProtectControlGroups = true;
        ProtectHome = true;
        ProtectHostname = true;
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectKernelTunables = true;
        ProtectProc = "invisible";
        ProtectSystem = "strict";
        RemoveIPC = true;
        RestrictAddressFamilies = [
          "AF_INET"
          "AF_INET6"
          "AF_UNIX"
        ];
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        SystemCallArchitectures = "native";
        SystemCallErrorNumber = "EPERM";
        SystemCallFilter = [
          "@system-service"
          "~@privileged @resources"
        ];
        TasksMax = 256;
      }
      // lib.optionalAttrs (cfg.environmentFile != null) { EnvironmentFile = cfg.environmentFile; };
    };
  };
}
