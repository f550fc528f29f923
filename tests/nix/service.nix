# What a module makes of the settings given: nix-instantiate --eval --strict --json tests/nix/service.nix \
#   --arg module ../../nix/nixos-module.nix --argstr given '{"enable":true}'
{ module, given }:
let
  lib = import ./lib.nix;
  pkgs = import ./pkgs.nix;
in
lib.evalService {
  inherit pkgs;
  module = import module;
  given = builtins.fromJSON given;
}
