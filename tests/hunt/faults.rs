//! Configs that are wrong where a secret stands: each is refused, and nobody repeats the line.

use crate::planted::secret;
use crate::scene::Scene;

/// What is wrong, with `SECRET` where the secret stands. Each is a config of its own. A further one is one more line.
const FAULTS: &[&str] = &[
    // No YAML.
    "ai:\n  services:\n    openai:\n      api_key: \"SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: 'SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: SECRET: x\n",
    "ai:\n  services:\n    openai:\n      api_key: \"SECRET\" SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: {SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: [SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: @SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: `SECRET`\n",
    "ai:\n  services:\n    openai:\n      api_key: %SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: *SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: !SECRET x\n",
    "ai:\n  services:\n    openai:\n      api_key: !!SECRET x\n",
    "ai:\n  services:\n    openai:\n      api_key: !<SECRET> x\n",
    "ai:\n  services:\n    openai:\n      api_key: !SECRET!x y\n",
    "ai:\n  services:\n    openai:\n      api_key: \"\\qSECRET\"\n",
    "ai:\n  services:\n    openai:\n\tapi_key: SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key:\n    SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: |2SECRET\n",
    // A key where a word of the config is expected.
    "ai:\n  services:\n    openai:\n      api_key:SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key:SECRET\n      model: m\n",
    "ai:\n  services:\n    openai:\n      api_key=SECRET:\n",
    "ai:\n  services:\n    openai:\n      SECRET: true\n",
    "ai:\n  services:\n    openai:\n      SECRET:\n      SECRET:\n",
    "ai:\n  services:\n    SECRET: {modle: m}\n",
    "ai:\n  services:\n    SECRET: {provider: costum, endpoint: x}\n    SECRET: {}\n",
    "databases:\n  SECRET: {}\n",
    "databases:\n  SECRET: {driver: mysql, schema_file: /nowhere, schema_ddl: x}\n",
    "ai:\n  services:\n    openai: SECRET\n",
    "ai:\n  services: SECRET\n",
    "ai:\n  services: [SECRET]\n",
    "ai: SECRET\n",
    "SECRET\n",
    "SECRET: x\n",
    "access:\n  tokens: SECRET\n",
    "access:\n  tokens: [SECRET]\n",
    "access:\n  tokens:\n    one: SECRET\n",
    "access:\n  jwt: SECRET\n",
    "secrets:\n  vault: SECRET\n",
    // A secret of another kind than the setting takes.
    "ai:\n  services:\n    openai:\n      api_key: [SECRET]\n",
    "ai:\n  services:\n    openai:\n      api_key: {value: SECRET}\n",
    "ai:\n  services:\n    openai:\n      api_key: {SECRET: x}\n",
    "ai:\n  services:\n    openai:\n      headers: SECRET\n",
    "ai:\n  services:\n    openai:\n      headers: [SECRET]\n",
    "ai:\n  services:\n    openai:\n      headers: {x: [SECRET]}\n",
    "ai:\n  services:\n    openai:\n      headers: {x: \"SECRET\\nSECRET\"}\n",
    "ai:\n  services:\n    openai:\n      headers: {'SECRET SECRET': x}\n",
    "ai:\n  services:\n    openai:\n      headers: {'authorization: SECRET': x}\n",
    "ai:\n  services:\n    openai:\n      headers: {'SECRET': x, content-length: 'SECRET'}\n",
    "ai:\n  services:\n    openai:\n      api_key: \"SECRET\\u0001SECRET\"\n",
    "access:\n  tokens:\n    one: {token: 'SECRET SECRET', scopes: [api]}\n",
    "access:\n  tokens:\n    one: {token: SECRET, scopes: [SECRET]}\n",
    "access:\n  tokens:\n    one: {sha256: SECRET, scopes: [api]}\n",
    "access:\n  tokens:\n    one: {token: SECRET, expires: SECRET, scopes: [api]}\n",
    "access:\n  tokens:\n    one: {token: SECRET, scopes: [api]}\n    two: {token: SECRET, scopes: [api]}\n",
    "access:\n  tokens:\n    SECRET: {scopes: [api]}\n",
    "access:\n  jwt:\n    secret: [SECRET]\n",
    "performance:\n  cache:\n    redis:\n      password: {x: SECRET}\n",
    "performance:\n  cache:\n    redis:\n      password: SECRET\n      address: 'redis://:xSECRET@r:6379'\n",
    "databases:\n  one:\n    dsn: [SECRET]\n",
    "databases:\n  one:\n    driver: SECRET\n",
    "tracing:\n  headers: SECRET\n",
    "tracing:\n  headers: {x: {y: SECRET}}\n",
    "tracing:\n  headers: ['x=SECRET']\n",
    // A URL with a password, where none is taken or something else is wrong with it.
    "ai:\n  services:\n    openai:\n      endpoint: 'https://user:SECRET@provider.example/v1'\n",
    "ai:\n  services:\n    openai:\n      endpoint: 'user:SECRET@provider.example'\n",
    "ai:\n  services:\n    openai:\n      endpoint: 'https://provider.example/v1?key=SECRET'\n",
    "ai:\n  services:\n    openai:\n      endpoint: 'https://SECRET@provider.example:99999/v1'\n",
    "ai:\n  allowed_endpoints: ['https://user:SECRET@provider.example']\n",
    "tracing:\n  endpoint: 'http://user:SECRET@collector.example'\n",
    "tracing:\n  traces_endpoint: 'http://user:SECRET@collector.example/v1/traces'\n",
    "tracing:\n  endpoint: 'http://collector.example?token=SECRET'\n",
    "secrets:\n  vault: {enabled: true, address: 'http://user:SECRET@vault.example'}\n",
    "secrets:\n  vault: {enabled: true, address: 'vault.example/SECRET?x=SECRET'}\n",
    "performance:\n  cache:\n    type: redis\n    redis: {address: 'redis://user:SECRET@host:port/x'}\n",
    "performance:\n  cache:\n    type: redis\n    redis: {address: 'http://user:SECRET@host'}\n",
    "performance:\n  cache:\n    type: redis\n    redis: {address: 'user:SECRET@host:6379'}\n",
    "databases:\n  one:\n    dsn: 'mysql://app:SECRET@db.example/x'\n",
    "databases:\n  one:\n    dsn: 'odd://app:SECRET@db.example/x'\n",
    "databases:\n  one:\n    driver: mysql\n    dsn: 'app:SECRET@tcp(db.example)/x'\n",
    "databases:\n  one:\n    driver: sqlite\n    path: 'file:/nowhere?key=SECRET'\n",
    "databases:\n  one:\n    driver: sqlite\n    path: '/nowhere@SECRET'\n",
    "database:\n  enabled: true\n  driver: postgres\n  dsn: 'host=db password=SECRET'\n",
    // Vault.
    "secrets:\n  vault: {enabled: true, address: 'http://127.0.0.1:9', timeout: 200ms, token: SECRET, mappings: [{vault_path: a/b, env_var: OPENAI_API_KEY}]}\n",
    "secrets:\n  vault: {enabled: true, address: 'http://127.0.0.1:9', token: [SECRET]}\n",
    "secrets:\n  vault: {enabled: true, address: 'http://127.0.0.1:9', auth_method: SECRET}\n",
    "secrets:\n  vault: {enabled: true, address: 'http://127.0.0.1:9', mappings: [SECRET]}\n",
    "secrets:\n  vault: {enabled: true, address: 'http://127.0.0.1:9', mappings: [{vault_path: SECRET, env_var: 'SECRET x'}]}\n",
    "secrets:\n  vault: {enabled: true, address: 'http://127.0.0.1:9', token: \"a\\nSECRET\", mappings: [{vault_path: a/b, env_var: OPENAI_API_KEY}]}\n",
    // Substitution.
    "ai:\n  services:\n    openai:\n      api_key: ${SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: ${sk-SECRET}\n",
    "ai:\n  services:\n    openai:\n      api_key: ${X:-SECRET\n",
    "ai:\n  services:\n    openai:\n      api_key: '${X:?SECRET}'\n",
    "ai:\n  services:\n    openai:\n      api_key: 'x${TEAM_KEY:-SECRET}\\n'\n      SECRET: [\n",
    "ai:\n  timeout: ${TEAM_KEY}\n",
    "server:\n  port: ${TEAM_KEY}\n",
];

/// Each is checked, applied, and loaded by the running plugin; then comes the right one again.
pub fn all(scene: &mut Scene) {
    let secret = secret("config: what is wrong in it");
    let right = scene.config.clone();
    let candidate = scene.plugin.folder().join("candidate.yaml");
    let name = candidate.display().to_string();
    for fault in FAULTS {
        let text = fault.replace("SECRET", &secret);
        scene.write(&text);
        let printed = scene.run(&["--validate"], &[]);
        // A file of the operator's that is valid after all is no fault, and tells nothing.
        let is_valid = printed.status.success();
        std::fs::write(&candidate, scene.plugin.config_text(&text)).unwrap();
        if !is_valid {
            scene.run(&["--validate", "--json"], &[]);
            scene.run(&["config", "apply", &name], &[]);
            assert_eq!(scene.reload().status, 422, "{fault}");
            scene.send("GET", "/health/ready?verbose", &[], "");
            scene.send("GET", "/admin/reload", &[], "");
        } else {
            scene.run(&["config", "show"], &[]);
            scene.run(&["config", "show", "--json"], &[]);
        }
    }
    std::fs::remove_file(candidate).unwrap();
    scene.write(&right);
    assert_eq!(scene.reload().status, 200);
}
