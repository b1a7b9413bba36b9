//! The Helm chart, rendered by Helm itself and checked against the schemas of Kubernetes. It is installed nowhere here:
//! that needs a cluster.

use serde_json::{Value, json};
use signoff_store_postgres::testing;
use tempfile::TempDir;

use super::node::{Node, Variables};
use super::{documents, output, printed, tool};

const CHART: &str = "deploy/helm/signoff";
/// Everything that can be switched on.
const ALL: [&str; 16] = [
    "--set",
    "ingress.enabled=true",
    "--set",
    "ingress.className=nginx",
    "--set",
    "ingress.tlsSecret=signoff-tls",
    "--set",
    "networkPolicy.enabled=true",
    "--set",
    "existingSecret.mailPassword=mail-password",
    "--set",
    "listenOn=::",
    "--set-json",
    r#"extraEnv=[{"name":"SIGNOFF_LOG","value":"debug"}]"#,
    "--set-json",
    r#"settings="[mail]\nhost = 'smtp.example'\nfrom = 'noreply@signoff.example'\nusername = 'ann'\n""#,
];

/// The documents that Helm makes of the chart, each of which Kubernetes knows.
async fn rendered(values: &[&str], folder: &TempDir) -> Vec<Value> {
    let text = printed(tool("helm").args(["template", "demo", CHART]).args(values)).await;
    let file = folder.path().join("rendered.yaml");
    std::fs::write(&file, &text).unwrap();
    for version in ["1.27", "1.35"] {
        printed(tool("kubernetes-validate").args(["--strict", "--kubernetes-version", version]).arg(&file))
            .await;
    }
    documents(&text).await
}

fn of_kind<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    documents.iter().find(|document| document["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

fn environment(container: &Value) -> Variables {
    let entries = container["env"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Variables(entries.map(|entry| (text(&entry["name"]), text(&entry["value"]))).collect())
}

#[tokio::test]
async fn helm_has_nothing_to_complain_about() {
    printed(tool("helm").args(["lint", "--strict", CHART])).await;
    printed(tool("helm").args(["lint", "--strict", CHART]).args(ALL)).await;
}

#[tokio::test]
async fn a_node_starts_on_what_the_chart_sets() {
    let (folder, database) = (tempfile::tempdir().unwrap(), testing::database().await.unwrap());
    for values in [&[][..], &ALL] {
        let documents = rendered(values, &folder).await;
        let settings = of_kind(&documents, "ConfigMap")["data"]["signoff.toml"].as_str().unwrap();
        let file = folder.path().join("signoff.toml");
        std::fs::write(&file, settings).unwrap();
        let pod = &of_kind(&documents, "Deployment")["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        assert_eq!(container["args"], json!(["serve"]));
        let variables = environment(container);
        let mounts = container["volumeMounts"].to_string();
        for (name, path) in variables.0.iter().filter(|(name, _)| name.ends_with("_FILE")) {
            let folder = path.rsplit_once('/').unwrap().0;
            assert!(mounts.contains(&format!("\"mountPath\":\"{folder}\"")), "{name}: {path}");
        }
        assert!(variables.get("SIGNOFF_LISTEN").ends_with(":8080"));
        let variables = variables.here(&file, &database, &folder);
        variables.are_read(&folder).await;
        let limit = Node::start(&variables, &folder).await.stop().await;
        let granted = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
        assert!(granted > limit, "it is killed after {granted} s and may take {limit} s");
    }
}

#[tokio::test]
async fn nodes_are_replaced_one_by_one_and_run_with_no_right_that_they_do_not_need() {
    let folder = tempfile::tempdir().unwrap();
    let documents = rendered(&["--set", "drainSeconds=60"], &folder).await;
    let deployment = &of_kind(&documents, "Deployment")["spec"];
    assert_eq!(deployment["replicas"], 3);
    assert_eq!(deployment["strategy"]["rollingUpdate"], json!({ "maxUnavailable": 0, "maxSurge": 1 }));
    assert_eq!(of_kind(&documents, "PodDisruptionBudget")["spec"]["maxUnavailable"], 1);
    let pod = &deployment["template"]["spec"];
    assert_eq!(pod["terminationGracePeriodSeconds"], 80);
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(of_kind(&documents, "ServiceAccount")["automountServiceAccountToken"], false);
    assert_eq!(
        (&pod["securityContext"]["runAsNonRoot"], &pod["securityContext"]["runAsUser"]),
        (&true.into(), &65532.into())
    );
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    let container = &pod["containers"][0];
    let context = json!({
        "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true,
        "capabilities": { "drop": ["ALL"] },
    });
    assert_eq!(container["securityContext"], context);
    for (probe, path) in
        [("startupProbe", "readyz"), ("readinessProbe", "readyz"), ("livenessProbe", "healthz")]
    {
        assert_eq!(container[probe]["httpGet"]["path"], format!("/_signoff/{path}"), "{probe}");
        assert_eq!(container[probe]["httpGet"]["port"], container["ports"][0]["name"], "{probe}");
    }
    // Every selector of pods selects these.
    let labels = &deployment["template"]["metadata"]["labels"];
    for selector in [
        &deployment["selector"]["matchLabels"],
        &of_kind(&documents, "Service")["spec"]["selector"],
        &of_kind(&documents, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
    ] {
        for (name, value) in selector.as_object().unwrap() {
            assert_eq!(&labels[name], value, "{name}");
        }
    }
    let test = of_kind(&documents, "Pod");
    assert_eq!(test["metadata"]["annotations"]["helm.sh/hook"], "test");
    assert_ne!(
        test["metadata"]["labels"]["app.kubernetes.io/component"],
        labels["app.kubernetes.io/component"]
    );
    assert!(documents.iter().all(|document| document["kind"] != "Secret"), "secrets are not the chart's");
}

#[tokio::test]
async fn other_settings_are_other_pods() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    for settings in ["settings=retention = \"90d\"", "settings=retention = \"30d\""] {
        let documents = rendered(&["--set", settings], &folder).await;
        let annotations = &of_kind(&documents, "Deployment")["spec"]["template"]["metadata"]["annotations"];
        seen.push(annotations["checksum/settings"].clone());
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_bad_value_is_refused_by_name() {
    for (value, word) in [
        ("replicas=many", "replicas"),
        ("replica=5", "replica"),
        ("drainSeconds=601", "drainSeconds"),
        ("store=sqlite:signoff.db", "store"),
        ("store=postgres://ann:secret@db/signoff", "store"),
        ("store=postgres://ann@db/signoff?password=secret", "store"),
        ("service.type=External", "type"),
        ("ingress.hosts=x", "hosts"),
    ] {
        let refused = output(tool("helm").args(["template", "demo", CHART, "--set", value])).await;
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && said.contains(word), "{value}: {said}");
    }
}
