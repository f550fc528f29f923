# What the modules for NixOS and for home-manager have in common: options, and what must be true of them.
{
  lib,
  pkgs,
  cfg,
}:
let
  toml = pkgs.formats.toml { };
  upstreams = cfg.settings.upstreams or { };
  upstream = if upstreams == { } || upstreams ? openrouter then "openrouter" else lib.head (lib.attrNames upstreams);
  given = upstreams.${upstream} or { };
  implied = if upstream == "openrouter" || upstream == "anthropic" then upstream else null;
  preset = given.preset or implied;
  names = {
    openrouter = "OPENROUTER_API_KEY";
    anthropic = "ANTHROPIC_API_KEY";
  };
  keyName = given.key_env or (if preset == null then "UPSTREAM_API_KEY" else names.${preset} or "OPENROUTER_API_KEY");
  inStore = path: path != null && lib.hasPrefix builtins.storeDir path;
  heldKeys = lib.filter (name: upstreams.${name} ? key) (lib.attrNames upstreams);
in
{
  options = {
    enable = lib.mkEnableOption "dragoman, which lets clients of Anthropic's Messages API run on any model";

    package = lib.mkOption {
      type = lib.types.package;
      default = pkgs.callPackage ./package.nix { };
      defaultText = lib.literalExpression "dragoman.packages.\${system}.default";
      description = "The dragoman to run.";
    };

    settings = lib.mkOption {
      inherit (toml) type;
      default = { };
      example = lib.literalExpression ''
        {
          models.big = "z-ai/glm-4.6";
          models.small = "openai/gpt-oss-20b";
          server.listen = [ "127.0.0.1:8000" ];
        }
      '';
      description = ''
        config.toml as a Nix value: docs/operating.md has every key. It can be read by everybody on the machine,
        so keys and tokens do not belong in here: see `keyFile` and `clientTokensFile`.
      '';
    };

    keyFile = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "/run/secrets/openrouter";
      description = ''
        The file that holds the upstream's key and nothing else, as a string and not as a Nix path (which would be
        copied into the store). What sops-nix or agenix decrypt is such a file.
      '';
    };

    clientTokensFile = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "/run/secrets/dragoman-tokens";
      description = "A file with the tokens that clients must send, one a line; null: none is needed on loopback.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "/run/secrets/dragoman.env";
      description = ''
        A file of NAME=value lines for the service's environment, such as the `.env` of another proxy: every
        name of the table in README.md is understood. It stands above `settings` and `keyFile`.
      '';
    };
  };

  configFile = toml.generate "dragoman.toml";

  inherit upstream;

  # The variable that the key is handed over by; systemd's credential has its name in lower case.
  inherit keyName;

  # With the name of the key's variable, for an upstream that has none by itself.
  settings = lib.recursiveUpdate (lib.optionalAttrs (preset == null && cfg.keyFile != null) {
    upstreams.${upstream}.key_env = keyName;
  }) cfg.settings;

  assertions = [
    {
      assertion = heldKeys == [ ];
      message = "services.dragoman.settings.upstreams.${lib.concatStringsSep "/" heldKeys}.key would be readable by everybody in the Nix store; use services.dragoman.keyFile.";
    }
    {
      assertion = (cfg.settings.server.client_tokens or [ ]) == [ ];
      message = "services.dragoman.settings.server.client_tokens would be readable by everybody in the Nix store; use services.dragoman.clientTokensFile.";
    }
    {
      assertion = !(inStore cfg.keyFile || inStore cfg.clientTokensFile || inStore cfg.environmentFile);
      message = "services.dragoman: keyFile, clientTokensFile and environmentFile must not be in the Nix store, which everybody can read.";
    }
  ];
}
