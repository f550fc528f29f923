# services.dragoman for home-manager: dragoman for one person, as a user service.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.dragoman;
  common = import ./options.nix { inherit lib pkgs cfg; };

  # An ordinary path stands in the configuration, so that `dragoman code` and `dragoman doctor` know it too. agenix
  # names its files by a variable of the shell, which systemd has a specifier for.
  isPlain = path: lib.hasPrefix "/" path && !(lib.hasInfix "$" path || lib.hasInfix "%" path);
  isGiven = path: path != null && isPlain path;
  inUnit = lib.replaceStrings [ "\${XDG_RUNTIME_DIR}" "$XDG_RUNTIME_DIR" ] [ "%t" "%t" ];
  inEnvironment = name: path: lib.optional (path != null && !isPlain path) "${name}_FILE=${inUnit path}";

  settings = lib.foldl' lib.recursiveUpdate { } [
    (lib.optionalAttrs (isGiven cfg.keyFile) { upstreams.${common.upstream}.key_file = cfg.keyFile; })
    (lib.optionalAttrs (isGiven cfg.clientTokensFile) { server.client_tokens_file = cfg.clientTokensFile; })
    common.settings
  ];
  configFile = common.configFile settings;
in
{
  options.services.dragoman = common.options;

  config = lib.mkIf cfg.enable {
    inherit (common) assertions;

    home.packages = [ cfg.package ];
    xdg.configFile."dragoman/config.toml".source = configFile;

    systemd.user.services.dragoman = {
      Unit = {
        Description = "dragoman: the Messages API for any model";
        After = [
          "sops-nix.service"
          "agenix.service"
        ];
        X-Restart-Triggers = [ "${configFile}" ];
      };
      # The same as packaging/systemd/user/dragoman.service; a test compares them.
      Service = {
        Type = "notify";
        ExecStart = "${lib.getExe cfg.package} serve --config %E/dragoman/config.toml";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        # Files are looked at every second: a new key counts without a restart.
        Environment =
          inEnvironment common.keyName cfg.keyFile ++ inEnvironment "DRAGOMAN_CLIENT_TOKEN" cfg.clientTokensFile;
        # A wrong configuration is not cured by starting again.
        Restart = "on-failure";
        RestartSec = "1s";
        RestartPreventExitStatus = 2;
        WatchdogSec = "30s";
        # Longer than `drain`, so that running answers may finish.
        TimeoutStopSec = "45s";
        UMask = "0077";

        LimitCORE = 0;
        LimitNOFILE = 65536;
        LockPersonality = true;
        MemoryDenyWriteExecute = true;
        NoNewPrivileges = true;
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
        SystemCallFilter = [ "@system-service" ];
      }
      // lib.optionalAttrs (cfg.environmentFile != null) { EnvironmentFile = inUnit cfg.environmentFile; };
      Install.WantedBy = [ "default.target" ];
    };
  };
}
