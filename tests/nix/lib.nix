# As much of nixpkgs' lib and of its module system as the modules in nix/ use, with the same meaning: enough to
# evaluate their options and what they configure where there is no nixpkgs. Types check; what is not declared is
# refused, as there.
rec {
  inherit (builtins)
    any
    attrNames
    elem
    filter
    head
    isAttrs
    isList
    isString
    length
    ;

  # Lists, strings, attributes.
  optional = wanted: value: if wanted then [ value ] else [ ];
  optionalAttrs = wanted: set: if wanted then set else { };
  last = list: builtins.elemAt list (length list - 1);
  toList = value: if isList value then value else [ value ];
  hasPrefix = start: text: builtins.substring 0 (builtins.stringLength start) text == start;
  hasInfix = part: text: length (splitString part text) > 1;
  splitString =
    separator: text:
    filter isString (builtins.split (escape separator) text);
  escape = builtins.replaceStrings [ "$" "." "%" "[" "]" ] [ "\\$" "\\." "%" "\\[" "\\]" ];
  inherit (builtins) foldl' replaceStrings;
  concatStringsSep = builtins.concatStringsSep;
  upper = [ "A" "B" "C" "D" "E" "F" "G" "H" "I" "J" "K" "L" "M" "N" "O" "P" "Q" "R" "S" "T" "U" "V" "W" "X" "Y" "Z" ];
  lower = [ "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z" ];
  toLower = replaceStrings upper lower;
  toInt = builtins.fromJSON;
  recursiveUpdate =
    left: right:
    left
    // builtins.mapAttrs (
      name: value:
      if isAttrs value && isAttrs (left.${name} or null) then recursiveUpdate left.${name} value else value
    ) right;
  genAttrs = names: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
  getExe = package: "${package}/bin/${package.meta.mainProgram}";
  strings.fileContents = file: head (splitString "\n" (builtins.readFile file));
  cmakeBool = name: value: "-D${name}:BOOL=${if value then "TRUE" else "FALSE"}";
  platforms.linux = [ "x86_64-linux" "aarch64-linux" ];
  fileset = {
    unions = files: map (file: if builtins.pathExists file then file else throw "there is no ${toString file}") files;
    toSource = { root, fileset }: builtins.deepSeq fileset (toString root);
  };

  # Options and types.
  mkOption = option: { _type = "option"; } // option;
  mkEnableOption = what: mkOption {
    type = types.bool;
    default = false;
    description = "Whether to enable ${what}.";
  };
  literalExpression = text: { _type = "literalExpression"; inherit text; };
  mkIf = condition: content: { _type = "if"; inherit condition content; };

  types = rec {
    bool = { name = "boolean"; check = builtins.isBool; };
    str = { name = "string"; check = isString; };
    package = { name = "package"; check = value: isAttrs value && (value.type or "") == "derivation"; };
    nullOr = of: { name = "null or ${of.name}"; check = value: value == null || of.check value; };
    toml = {
      name = "TOML value";
      check =
        value:
        isString value || builtins.isBool value || builtins.isInt value || builtins.isFloat value
        || (isList value && builtins.all toml.check value)
        || (isAttrs value && builtins.all toml.check (builtins.attrValues value));
    };
  };

  # What a set of options and the values given for them come to.
  valuesOf =
    options: given:
    let
      unknown = filter (name: !(options ? ${name})) (attrNames given);
      valueOf =
        name: option:
        let
          value = given.${name} or (option.default or (throw "the option ${name} has no value"));
        in
        if option.type.check value then value else throw "the option ${name} is no ${option.type.name}";
    in
    if unknown != [ ] then throw "there is no option ${head unknown}" else builtins.mapAttrs valueOf options;

  # Properties resolved: mkIf without its condition being true leaves nothing.
  resolve =
    value:
    if (value._type or "") == "if" then
      if value.condition then resolve value.content else { _type = "nothing"; }
    else if isAttrs value && !(value ? type) then
      builtins.mapAttrs (_: resolve) (
        builtins.removeAttrs value (
          filter (name: (value.${name}._type or "") == "if" && !value.${name}.condition) (attrNames value)
        )
      )
    else
      value;

  evalService =
    { module, pkgs, given }:
    let
      evaluated = module {
        inherit pkgs;
        lib = all;
        config.services.dragoman = valuesOf evaluated.options.services.dragoman given;
      };
      result = resolve evaluated.config;
      broken = filter (assertion: !assertion.assertion) (result.assertions or [ ]);
    in
    if broken != [ ] then throw "assertion: ${(head broken).message}" else result;
  all = import ./lib.nix;
}
