use super::*;

fn parse(text: &str) -> Result<Manifests, StackError> {
    Manifests::parse([("deploy/k8s/api.yaml", text)])
}

const API: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  replicas: 2
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api, tier: front } }
    spec:
      terminationGracePeriodSeconds: 3
      containers:
        - name: lab
          image: lab:dev
          args: [api]
          env:
            - { name: DEP_URL, value: "http://dep:8082" }
            - { name: PORT, value: "8080" }
          readinessProbe: { httpGet: { path: /readyz, port: http }, timeoutSeconds: 3, periodSeconds: 1, failureThreshold: 5 }
---
apiVersion: v1
kind: Service
metadata: { name: api }
spec:
  type: NodePort
  selector: { app: api }
  ports: [{ port: 8080, targetPort: http, nodePort: 30080 }]
"#;

#[test]
fn a_deployment_and_its_service_are_one_workload() {
    let manifests = parse(API).unwrap();
    assert_eq!(manifests.notices, Vec::<String>::new());
    let [api] = &manifests.workloads[..] else { panic!("{manifests:?}") };
    assert_eq!((api.name.as_str(), api.replicas, api.grace.as_secs()), ("api", 2, 3));
    assert_eq!(api.args, ["api"]);
    assert_eq!(api.env[1], ("PORT".to_owned(), "8080".to_owned()));
    assert_eq!(
        (&api.readiness.question, api.readiness.timeout.as_secs(), api.readiness.failures),
        (&Question::Get("/readyz".to_owned()), 3, 5)
    );
    assert_eq!(api.service, Some(Service { name: "api".to_owned(), port: 8080, node_port: Some(30080) }));
}

#[test]
fn what_is_not_honoured_is_said_in_a_sentence_each() {
    let text = API
        .replace("          args: [api]", "          args: [api]\n          volumeMounts: []\n          envFrom: []")
        + "---\nkind: Ingress\nmetadata: { name: door }\n---\nkind: Service\nmetadata: { name: lost }\nspec: { selector: { app: none } }\n";
    let notices = parse(&text).unwrap().notices;
    assert_eq!(
        notices,
        [
            "deploy/k8s/api.yaml: Deployment api: `envFrom` is not honoured by plain processes.",
            "deploy/k8s/api.yaml: Deployment api: `volumeMounts` is not honoured by plain processes.",
            "deploy/k8s/api.yaml: Ingress door is not honoured by plain processes.",
            "deploy/k8s/api.yaml: Service lost selects no Deployment of these files, so nothing answers for it.",
        ]
    );
}

#[test]
fn an_object_that_is_to_be_skipped_is_skipped_in_silence() {
    let text = "kind: Ingress\nmetadata: { name: door, annotations: { brownout.dev/local: skip } }\n";
    assert_eq!(parse(text).unwrap(), Manifests::default());
}

#[test]
fn a_mistake_names_file_and_place() {
    let syntax = parse("kind: Deployment\n  metadata: [").unwrap_err().to_string();
    assert!(syntax.starts_with("deploy/k8s/api.yaml: ") && syntax.contains("line 2"), "{syntax}");
    let field = parse(&API.replace("replicas: 2", "replicas: two")).unwrap_err().to_string();
    assert!(field.contains("Deployment api") && field.contains("two"), "{field}");
}

#[test]
fn the_projects_own_manifests_are_honoured_wholly() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let manifests = Manifests::read(&root).unwrap();
    assert_eq!(manifests.notices, Vec::<String>::new());
    let names: Vec<&str> = manifests.workloads.iter().map(|workload| workload.name.as_str()).collect();
    assert_eq!(names, ["dep", "api", "worker"]);
    for workload in &manifests.workloads {
        let liveness = workload.liveness.as_ref().unwrap();
        assert_eq!((workload.readiness.timeout.as_secs(), workload.readiness.failures), (3, 5), "{}", workload.name);
        assert_eq!((liveness.timeout.as_secs(), liveness.failures), (3, 5), "{}", workload.name);
        assert_eq!((workload.readiness.period.as_secs(), workload.grace.as_secs()), (1, 3), "{}", workload.name);
    }
}

const POSTGRES: &str = include_str!("../../tests/local/postgres.yaml");

#[test]
fn an_annotated_deployment_is_a_local_postgres_with_its_sql_and_no_notice() {
    let manifests = parse(POSTGRES).unwrap();
    assert_eq!((manifests.notices, manifests.workloads), (vec![], vec![]));
    let database = manifests.database.unwrap();
    assert_eq!((database.name.as_str(), database.database.as_str()), ("postgres", "lab"));
    assert_eq!(database.superuser, "postgres");
    assert_eq!(database.settings, ["fsync=off", "synchronous_commit=off", "max_connections=60"]);
    let names: Vec<&str> = database.scripts.iter().map(|script| script.name.as_str()).collect();
    assert_eq!(names, ["10-roles.sql", "20-tables.sql", "30-functions.sql"]);
    assert_eq!(database.service, Some(Service { name: "postgres".to_owned(), port: 5432, node_port: None }));

    let changed = |from: &str, to: &str| parse(&POSTGRES.replace(from, to)).unwrap().database.unwrap();
    assert_eq!(changed("fsync=off", "fsync=on").stamp(), database.stamp());
    assert_ne!(changed("'2s'", "'3s'").stamp(), database.stamp());
}

#[test]
fn what_a_local_postgres_cannot_honour_is_said() {
    let text = POSTGRES.replace("args: [-c, fsync=off,", "args: [postgres, --work_mem=8MB, -cfsync=off, -N, '60',");
    let text = text.replace("  30-functions.sql: |", "  init.sh: |");
    let other = "---\nkind: ConfigMap\nmetadata: { name: other }\n";
    let manifests = parse(&format!("{text}{other}---\n{POSTGRES}")).unwrap();
    let settings = manifests.database.unwrap().settings;
    assert_eq!(settings[..2], ["work_mem=8MB", "fsync=off"]);
    let place = "deploy/k8s/api.yaml";
    for notice in [
        "Deployment postgres: the argument `-N` is not honoured by the local Postgres.",
        "Deployment postgres: the argument `60` is not honoured by the local Postgres.",
        "Deployment postgres: there is one local Postgres, postgres; this one does not run.",
        "ConfigMap postgres-init: `init.sh` does not end in `.sql`, so the local Postgres leaves it out.",
        "ConfigMap other is not honoured by plain processes.",
    ] {
        assert!(manifests.notices.contains(&format!("{place}: {notice}")), "{notice} in {:#?}", manifests.notices);
    }
}
