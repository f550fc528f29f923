# Stand-ins for the packages that the modules name: things with the paths that they would have.
let
  lib = import ./lib.nix;
  fake = name: {
    type = "derivation";
    outPath = "/nix/store/00000000000000000000000000000000-${name}";
    meta.mainProgram = name;
  };
  arguments = {
    inherit lib;
    stdenv.mkDerivation = given: fake given.pname // given // { meta = given.meta; };
  };
in
{
  inherit lib;
  coreutils = fake "coreutils";
  formats.toml = _: {
    type = lib.types.toml;
    # What would be written, as JSON, for the tests to look into.
    generate = name: value: "/nix/store/11111111111111111111111111111111-${name}?${builtins.toJSON value}";
  };
  callPackage =
    file: given:
    let
      make = import file;
      wanted = builtins.functionArgs make;
    in
    make (builtins.mapAttrs (name: _: given.${name} or (arguments.${name} or (fake name))) wanted);
}
