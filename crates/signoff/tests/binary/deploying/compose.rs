//! `deploy/Dockerfile` and `deploy/compose/`, read by hadolint and Docker Compose. No image is built and no container runs
//! here: that needs an engine.

use serde_json::Value;
use signoff_store_postgres::testing;

use super::node::{Node, Variables, seconds};
use super::{printed, repository, tool};

async fn project() -> Value {
    let config = ["--file", "deploy/compose/compose.yaml", "config", "--format", "json"];
    serde_json::from_str(&printed(tool("docker-compose").args(config)).await).unwrap()
}

#[tokio::test]
async fn the_dockerfile_has_no_known_flaw_and_its_check_is_a_command() {
    printed(tool("hadolint").args(["--failure-threshold", "style", "deploy/Dockerfile"])).await;
    let file = std::fs::read_to_string(repository().join("deploy/Dockerfile")).unwrap();
    for line in [
        "USER 65532:65532",
        "    CMD [\"/usr/local/bin/signoff\", \"ready\"]",
        "ENTRYPOINT [\"/usr/local/bin/signoff\"]",
        "CMD [\"serve\"]",
    ] {
        assert!(file.lines().any(|present| present == line), "{line}");
    }
}

#[tokio::test]
async fn a_node_starts_on_what_compose_sets() {
    let (project, folder) = (project().await, tempfile::tempdir().unwrap());
    let database = testing::database().await.unwrap();
    for name in ["signoff-1", "signoff-2", "signoff-3"] {
        let service = &project["services"][name];
        assert_eq!(service["environment"], project["services"]["signoff-1"]["environment"], "{name}");
        assert_eq!(
            (&service["read_only"], &service["cap_drop"]),
            (&true.into(), &serde_json::json!(["ALL"]))
        );
        assert_eq!(service["depends_on"]["database"]["condition"], "service_healthy");
    }
    let service = &project["services"]["signoff-1"];
    let environment = serde_json::from_value(service["environment"].clone()).unwrap();
    let variables = Variables(environment);
    let volume = &service["volumes"][0];
    assert_eq!(volume["target"], variables.get("SIGNOFF_CONFIG"));
    let secrets: Vec<&Value> =
        service["secrets"].as_array().unwrap().iter().map(|secret| &secret["target"]).collect();
    for (name, file) in variables.0.iter().filter(|(name, _)| name.ends_with("_FILE")) {
        assert!(secrets.contains(&&Value::from(file.as_str())), "{name}: {secrets:?}");
    }
    let settings = volume["source"].as_str().unwrap();
    let variables = variables.here(settings.as_ref(), &database, &folder);
    variables.are_read(&folder).await;
    let limit = Node::start(&variables, &folder).await.stop().await;
    let granted = seconds(service["stop_grace_period"].as_str().unwrap());
    assert!(granted > limit, "it is killed after {granted} s and may take {limit} s");
}

#[tokio::test]
async fn nobody_but_the_nodes_reaches_the_database() {
    let project = project().await;
    assert_eq!(project["networks"]["inside"]["internal"], true);
    let database = &project["services"]["database"];
    assert!(database["networks"].get("outside").is_none() && database.get("ports").is_none(), "{database}");
    assert!(!project.to_string().contains("POSTGRES_PASSWORD\""), "secrets come as files");
}
