//! A real Chromium through WebDriver, for the test of the UI.

use std::{process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{Instant, sleep},
};

/// A browser window; ends with the test.
pub struct Chromium {
    pub page: Client,
    /// Where commands are posted that WebDriver's standard has not.
    session: String,
    driver: Child,
    _profile: TempDir,
}

impl Chromium {
    /// Starts driver and browser. `CHROMEDRIVER` and `CHROMIUM` say where they are.
    pub async fn open() -> Chromium {
        let driver = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut driver = Command::new(&driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{driver}: {error}; deploy/setup/browser.sh installs it"));
        let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = loop {
            let line = lines.next_line().await.expect("read").expect("the driver says its port");
            if let Some((_, rest)) = line.split_once("started successfully on port ") {
                break rest.trim_end_matches('.').to_owned();
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let profile = tempfile::tempdir().expect("a temporary directory");
        let user_data = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--window-size=1280,720",
            &user_data,
        ];
        let mut options = json!({"args": arguments});
        if let Ok(binary) = std::env::var("CHROMIUM") {
            options["binary"] = json!(binary);
        }
        let capabilities = json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
        let page = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities.as_object().expect("an object").clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        let session = page.session_id().await.expect("a session").expect("its id");
        let session = format!("http://127.0.0.1:{port}/session/{session}");
        Chromium { page, session, driver, _profile: profile }
    }

    /// Sets the size of the page and the theme that the system asks for.
    pub async fn look(&self, width: u32, height: u32, dark: bool) {
        let theme = if dark { "dark" } else { "light" };
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Runs a script before those of each page that is opened from now on.
    pub async fn before_pages(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await;
    }

    /// Lays pages out as they are printed.
    pub async fn print(&self) {
        self.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    }

    /// Takes the network away.
    pub async fn go_offline(&self) {
        let none = json!({"offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0});
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", none).await;
    }

    /// What the console has said since it was asked last.
    pub async fn console(&self) -> Vec<String> {
        let said = self.post("se/log", json!({"type": "browser"})).await;
        let lines = said["value"].as_array().expect("lines").iter();
        lines.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn devtools(&self, command: &str, how: Value) {
        self.post("goog/cdp/execute", json!({"cmd": command, "params": how})).await;
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = reqwest::Client::new().post(format!("{}/{path}", self.session)).json(&body);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let said: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{path} {body}: {said}");
        said
    }

    /// What a script in the page returns.
    pub async fn ask(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: &str) {
        self.page.active_element().await.expect("a focus").send_keys(keys).await.expect("pressed");
    }

    /// Test id of what has the focus.
    pub async fn focus(&self) -> Option<String> {
        self.ask("return document.activeElement.dataset.testid").await.as_str().map(str::to_owned)
    }

    /// Waits until something has the focus.
    pub async fn has_focus(&self, id: &str, patience: Duration) {
        let what = format!("{id} does not get the focus");
        self.until(&what, patience, async |b| b.focus().await.as_deref() == Some(id)).await;
    }

    /// Waits for an element by its test id.
    pub async fn find(&self, id: &str, patience: Duration) -> Element {
        let css = format!("[data-testid='{id}']");
        let found = self.page.wait().at_most(patience).for_element(Locator::Css(&css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{id} did not appear ({error}); the page says: {}", self.text().await),
        }
    }

    /// Waits until an element is seen and can be used.
    pub async fn usable(&self, id: &str, patience: Duration) {
        let script = format!(
            "const e = document.querySelector(\"[data-testid='{id}']\"); return !!e && !e.disabled && e.checkVisibility()"
        );
        self.until(&format!("{id} cannot be used"), patience, async |b| b.ask(&script).await == true).await;
    }

    /// Clicks an element where a person would see it: not below what stays at the head of the page.
    pub async fn click(&self, id: &str, patience: Duration) {
        self.usable(id, patience).await;
        let element = self.find(id, patience).await;
        self.ask(&format!("document.querySelector(\"[data-testid='{id}']\").scrollIntoView({{block: 'center'}})"))
            .await;
        element.click().await.unwrap_or_else(|error| panic!("{id}: {error}"));
    }

    /// Waits until an element is there, seen or not.
    pub async fn exists(&self, id: &str, patience: Duration) {
        let script = format!("return document.querySelector(\"[data-testid='{id}']\") !== null");
        self.until(&format!("{id} did not appear"), patience, async |b| b.ask(&script).await == true).await;
    }

    /// The page's text.
    pub async fn text(&self) -> String {
        let text = self.page.execute("return document.body.innerText", Vec::new()).await;
        text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The pixels of a canvas, as a data URL.
    pub async fn pixels(&self, id: &str) -> String {
        let script = format!("return document.querySelector(\"[data-testid='{id}']\").toDataURL()");
        let pixels = self.page.execute(&script, Vec::new()).await.expect("the canvas can be read");
        pixels.as_str().expect("a data URL").to_owned()
    }

    /// Waits until a question about the page is answered with yes.
    pub async fn until(&self, what: &str, patience: Duration, mut holds: impl AsyncFnMut(&Self) -> bool) {
        let deadline = Instant::now() + patience;
        while !holds(self).await {
            assert!(Instant::now() < deadline, "{what}; the page says: {}", self.text().await);
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// An attribute of an element by its test id.
    pub async fn attribute(&self, id: &str, name: &str) -> Option<String> {
        let script =
            format!("let e=document.querySelector(\"[data-testid='{id}']\"); return e && e.getAttribute('{name}')");
        let value = self.page.execute(&script, Vec::new()).await.expect("the page can be asked");
        value.as_str().map(str::to_owned)
    }

    /// Ends browser and driver.
    pub async fn close(mut self) {
        let _ = self.page.clone().close().await;
        let _ = self.driver.kill().await;
    }
}
