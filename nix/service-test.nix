# `nix flake check`: a machine with the module, on which dragoman answers and its key is nobody else's.
{ testers, module }:
testers.runNixOSTest {
  name = "dragoman";
  nodes.machine = {
    imports = [ module ];
    environment.etc."openrouter.key" = {
      text = "sk-or-v1-0000";
      mode = "0400";
    };
    services.dragoman = {
      enable = true;
      keyFile = "/etc/openrouter.key";
      settings = {
        models.big = "z-ai/glm-4.6";
        server.listen = [ "127.0.0.1:8000" ];
        catalogue.enabled = false;
      };
    };
  };
  testScript = ''
    machine.wait_for_unit("dragoman.service")
    machine.wait_for_open_port(8000)
    health = machine.succeed("curl -sf http://127.0.0.1:8000/health")
    assert '"status":"healthy"' in health, health
    assert "z-ai/glm-4.6" in machine.succeed("curl -sf http://127.0.0.1:8000/v1/models")
    machine.fail("grep -r sk-or-v1-0000 /proc/$(systemctl show -P MainPID dragoman)/environ")
    machine.succeed("systemctl reload dragoman", "systemctl stop dragoman")
  '';
}
