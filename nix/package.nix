# The program, for callPackage: pkgs.callPackage ./nix/package.nix { }
{
  lib,
  stdenv,
  boost,
  cli11,
  cmake,
  fmt,
  ninja,
  openssl,
  spdlog,
  tomlplusplus,
  zlib,
}:
stdenv.mkDerivation {
  pname = "dragoman";
  version = lib.strings.fileContents ../VERSION;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../CMakeLists.txt
      ../VERSION
      ../README.md
      ../CHANGELOG.md
      ../cmake
      ../docs
      ../examples
      ../packaging
      ../src
    ];
  };

  nativeBuildInputs = [
    cmake
    ninja
  ];
  buildInputs = [
    boost
    cli11
    fmt
    openssl
    spdlog
    tomlplusplus
    zlib
  ];
  cmakeBuildType = "RelWithDebInfo";
  cmakeFlags = [ (lib.cmakeBool "DRAGOMAN_TESTS" false) ];

  doInstallCheck = true;
  installCheckPhase = ''
    runHook preInstallCheck
    HOME=$TMPDIR "$out/bin/dragoman" check-config
    HOME=$TMPDIR "$out/bin/dragoman" --version | grep -F "$version"
    runHook postInstallCheck
  '';
  # The modules make units of their own.
  postInstall = "rm -rf $out/lib/systemd";

  meta = {
    description = "Lets Claude Code and other clients of Anthropic's Messages API run on any model";
    mainProgram = "dragoman";
    platforms = lib.platforms.linux;
  };
}
