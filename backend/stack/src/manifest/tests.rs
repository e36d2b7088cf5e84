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
    assert_eq!((api.name.as_str(), api.replicas, api.grace.as_secs()), ("api", Some(2), 3));
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
fn a_pause_before_the_end_says_nothing_and_a_command_there_does() {
    let with = |lifecycle: &str| {
        API.replace("          args: [api]", &format!("          args: [api]\n          lifecycle: {lifecycle}"))
    };
    assert_eq!(parse(&with("{ preStop: { sleep: { seconds: 1 } } }")).unwrap().notices, Vec::<String>::new());
    for lifecycle in ["{ preStop: { exec: { command: [x] } } }", "{ postStart: { sleep: { seconds: 1 } } }"] {
        let says = "deploy/k8s/api.yaml: Deployment api: `lifecycle` is not honoured by plain processes.";
        assert_eq!(parse(&with(lifecycle)).unwrap().notices, [says]);
    }
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

#[test]
fn the_autoscaler_as_given_keeps_one_replica_of_the_api() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let manifests = Manifests::read(&root).unwrap();
    let api = manifests.workloads.iter().find(|workload| workload.name == "api").unwrap();
    let scaler = api.autoscaler.as_ref().unwrap();
    assert_eq!((scaler.min, scaler.max, scaler.target), (1, 1, Some(Target::Utilization(50))));
    assert_eq!((scaler.up.window.as_secs(), scaler.down.window.as_secs()), (0, 15));
    assert_eq!((api.replicas, api.resources), (None, Resources::default()));
    let reset: Vec<&str> = manifests.workloads.iter().filter(|it| it.reset).map(|it| it.name.as_str()).collect();
    assert_eq!(reset, ["dep", "worker"]);
}

#[test]
fn a_misspelt_resource_is_said() {
    let resources = "resources: { request: { cpu: 100m }, limits: { cpus: 1, memory: 128Mi } }";
    let text = API.replace("          args: [api]", &format!("          args: [api]\n          {resources}"));
    let place = "deploy/k8s/api.yaml: Deployment api";
    let says = ["request", "limits.cpus"]
        .map(|what| format!("{place}: `resources.{what}` is not honoured by plain processes."));
    assert_eq!(parse(&text).unwrap().notices, says);
}

const SCALER: &str = r#"
kind: HorizontalPodAutoscaler
metadata: { name: api }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }
  minReplicas: 2
  maxReplicas: 6
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: AverageValue, averageValue: 80m } } }]
  behavior:
    scaleUp: { selectPolicy: Min, policies: [{ type: Pods, value: 1, periodSeconds: 30 }] }
"#;

#[test]
fn an_autoscaler_has_bounds_a_target_and_rules() {
    let manifests = parse(&format!("{API}---{SCALER}")).unwrap();
    let place = "deploy/k8s/api.yaml: HorizontalPodAutoscaler api";
    let says = "`replicas` of api is set by each deploy, and changed by the autoscaler; leave it out.";
    assert_eq!(manifests.notices, [format!("{place}: {says}")]);
    let scaler = manifests.workloads[0].autoscaler.clone().unwrap();
    assert_eq!((scaler.min, scaler.max, scaler.target), (2, 6, Some(Target::AverageValue(80))));
    let policy = Policy { amount: Amount::Pods(1), period: std::time::Duration::from_secs(30) };
    assert_eq!((scaler.up.select, &scaler.up.policies), (Select::Min, &vec![policy]));
    assert_eq!((scaler.down.window.as_secs(), scaler.down.select), (300, Select::Max));
}

#[test]
fn what_an_autoscaler_cannot_be_is_refused_and_what_is_not_honoured_is_said() {
    let refused = |from: &str, to: &str| parse(&SCALER.replace(from, to)).unwrap_err().to_string();
    assert_eq!(
        refused("maxReplicas: 6", "maxReplicas: 1"),
        "deploy/k8s/api.yaml: HorizontalPodAutoscaler api: spec.maxReplicas: Invalid value: 1: \
         must be greater than or equal to `minReplicas`"
    );
    assert!(refused("minReplicas: 2", "minReplicas: 0").contains("must be greater than or equal to 1"));
    assert!(refused("80m", "0").contains("averageValue: must be positive"));
    assert!(refused("type: Pods", "type: Hours").contains("\"Hours\""));
    let text = SCALER
        .replace("  maxReplicas", "  maxReplica: 3\n  maxReplicas")
        .replace("name: cpu", "name: memory")
        .replace("scaleUp: {", "scaleUp: { tolerance: 0.05,");
    assert_eq!(
        parse(&text).unwrap().notices,
        [
            "deploy/k8s/api.yaml: HorizontalPodAutoscaler api: the metric Resource memory is not honoured by plain processes.",
            "deploy/k8s/api.yaml: HorizontalPodAutoscaler api: `maxReplica` is not honoured by plain processes.",
            "deploy/k8s/api.yaml: HorizontalPodAutoscaler api: `behavior.scaleUp.tolerance` is not honoured by plain processes.",
            "deploy/k8s/api.yaml: HorizontalPodAutoscaler api scales api, which is no Deployment of these files.",
        ]
    );
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
