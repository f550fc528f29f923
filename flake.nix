# dragoman for Nix: a package, a module for NixOS and one for home-manager. See docs/nixos.md.
{
  description = "Claude Code, and every other client of Anthropic's Messages API, on any model";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      overlays.default = final: _: { dragoman = final.callPackage ./nix/package.nix { }; };

      packages = forEach (pkgs: rec {
        dragoman = pkgs.callPackage ./nix/package.nix { };
        default = dragoman;
      });

      apps = forEach (pkgs: rec {
        dragoman = {
          type = "app";
          program = nixpkgs.lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        };
        default = dragoman;
      });

      nixosModules.dragoman = ./nix/nixos-module.nix;
      nixosModules.default = self.nixosModules.dragoman;
      homeManagerModules.dragoman = ./nix/home-module.nix;
      homeManagerModules.default = self.homeManagerModules.dragoman;
      homeModules = self.homeManagerModules;

      devShells = forEach (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ self.packages.${pkgs.stdenv.hostPlatform.system}.default ];
          packages = with pkgs; [
            ccache
            clang-tools
            gtest
            mold
            nlohmann_json
            nodejs
            openssl
            (python3.withPackages (python: [ python.pyyaml ]))
          ];
        };
      });

      checks = forEach (pkgs: {
        package = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        service = pkgs.callPackage ./nix/service-test.nix { module = self.nixosModules.default; };
      });
    };
}
