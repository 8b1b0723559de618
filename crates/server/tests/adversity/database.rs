//! PostgreSQL, while the program serves.

use grantor_testkit::wire::Client;
use grantor_testkit::{Authorize, CHRIS, CookieJar, NATIVE, elements_of};
use grantor_testkit_postgres::{Cluster, Database, Disk, shared};

use crate::proxy::Proxy;
use crate::scene::{Scene, wait_for};

/// With limits that do not try a test's patience.
fn impatient(database: &Database) -> String {
    format!("{}&statement_timeout_seconds=1", database.url())
}

#[test]
fn a_database_that_is_gone_is_survived() {
    let Some(cluster) = Cluster::start(Disk::Trusted) else { return };
    let database = wait_for(cluster.database());
    let scene = Scene::on_database(impatient(&database));
    cluster.stop();
    scene.refuses_everything();
    assert!(scene.program.log().contains("no server answers"), "{}", scene.program.log());
    cluster.run_again();
    scene.recovers();
    cluster.kill();
    scene.refuses_everything();
    cluster.run_again();
    scene.recovers();
}

#[test]
fn a_form_that_could_not_be_kept_can_be_sent_again() {
    let Some(cluster) = Cluster::start(Disk::Trusted) else { return };
    let database = wait_for(cluster.database());
    let scene = Scene::on_database(impatient(&database));
    let mut cookies = CookieJar::default();
    let mut send = |method: &str, target: &str, body: &str| {
        let cookie = cookies.header("/", false, false);
        let headers: Vec<(&str, &str)> = cookie.iter().map(|cookie| ("cookie", cookie.as_str())).collect();
        let answer = Client::connect(&scene.program.address).unwrap().send(method, target, &headers, body).unwrap();
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            cookies.take(cookie, false);
        }
        answer
    };
    let begun = send("GET", &Authorize::by(NATIVE).target(), "");
    let location = begun.header("location").split_once("://").unwrap().1;
    let form = &location[location.find('/').unwrap()..];
    let page = send("GET", form, "").body;
    let elements = elements_of(&page);
    let mark = elements.iter().find(|element| element.attribute("name") == Some("csrf")).unwrap();
    let filled =
        format!("csrf={}&username={}&password={}", mark.attribute("value").unwrap(), CHRIS.name, CHRIS.password);
    cluster.stop();
    let answer = send("POST", form, &filled);
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.body);
    cluster.run_again();
    let answer = send("POST", form, &filled);
    assert!(answer.status == 303 || answer.status == 302, "{} {}", answer.status, answer.body);
}

#[test]
fn a_database_that_does_not_answer_is_survived() {
    let Some(cluster) = shared() else { return };
    let database = wait_for(cluster.database());
    let proxy = Proxy::to(cluster.address());
    let url = impatient(&database).replace(&cluster.address().to_string(), &proxy.address.to_string());
    let scene = Scene::on_database(url);
    proxy.stall();
    scene.refuses_everything();
    let log = scene.program.log();
    assert!(log.contains("did not answer in time") || log.contains("no server answers in time"), "{log}");
    proxy.go_on();
    scene.recovers();
}

#[test]
fn locked_tables_are_survived() {
    let Some(cluster) = shared() else { return };
    let database = wait_for(cluster.database());
    let scene = Scene::on_database(impatient(&database));
    let other = wait_for(async {
        let other = database.behind().await;
        let all = "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables WHERE schemaname = current_schema()";
        let tables: String = other.query_one(all, &[]).await.unwrap().get(0);
        other.batch_execute(&format!("BEGIN; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")).await.unwrap();
        other
    });
    scene.refuses_everything();
    assert!(scene.program.log().contains("something holds a lock"), "{}", scene.program.log());
    wait_for(other.batch_execute("ROLLBACK")).unwrap();
    scene.recovers();
}

/// Also what it has open: a server that becomes a standby ends its connections.
async fn make_read_only(database: &Database, read_only: bool) {
    let Database { cluster, name } = database;
    let set = if read_only { "SET default_transaction_read_only = on" } else { "RESET default_transaction_read_only" };
    cluster.administer(&format!("ALTER DATABASE {name} {set}")).await;
    let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    cluster.administer(&end).await;
}

#[test]
fn a_database_that_is_read_only_for_a_while_is_survived() {
    let Some(cluster) = shared() else { return };
    let database = wait_for(cluster.database());
    let scene = Scene::on_database(impatient(&database));
    wait_for(make_read_only(&database, true));
    scene.refuses_everything();
    assert!(scene.program.log().contains("it is read-only"), "{}", scene.program.log());
    wait_for(make_read_only(&database, false));
    scene.recovers();
}

#[test]
fn where_any_server_will_do_a_read_only_one_answers_what_needs_no_writing() {
    let Some(cluster) = shared() else { return };
    let database = wait_for(cluster.database());
    let scene = Scene::on_database(format!("{}&target_session_attrs=any", impatient(&database)));
    wait_for(make_read_only(&database, true));
    scene.refuses_to_write();
    assert_eq!(scene.me().status, 200);
    wait_for(make_read_only(&database, false));
    scene.recovers();
}
