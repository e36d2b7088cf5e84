//! Whether everybody can read and reach the pages: rules that a browser can measure, on a page as it is shown.

use serde_json::Value;

use super::chromium::Chromium;

/// The narrowest page that the layout is made for.
const WIDTH: u32 = 1100;

/// Names of rules with the elements that break them.
const RULES: &str = r#"
const broken = [];
const says = (rule, element, more) =>
  broken.push(`${rule}: ${element.outerHTML.slice(0, 120)} ${more || ''}`);
const shown = element => element.checkVisibility({visibilityProperty: true}) && element.getClientRects().length > 0;
const all = css => [...document.querySelectorAll(css)].filter(shown);

// Frame: one language, one h1, one main, a banner, navigations with names, no id twice.
if (!document.documentElement.lang) broken.push('no language');
if (all('h1').length !== 1) broken.push(`${all('h1').length} h1`);
if (all('main').length !== 1) broken.push(`${all('main').length} main`);
if (all('body > header').length !== 1) broken.push('no banner');
all('nav').filter(nav => !nav.getAttribute('aria-label')).forEach(nav => says('a navigation without a name', nav));
const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
ids.filter((id, at) => ids.indexOf(id) !== at).forEach(id => broken.push(`the id ${id} twice`));

// Names.
const words = element => [...element.childNodes].map(node =>
  node.nodeType === 3 ? node.data
  : node.nodeType !== 1 || node.hidden || node.getAttribute('aria-hidden') === 'true' ? ''
  : words(node)).join(' ').trim();
const name = element => element.getAttribute('aria-label')
  || (element.labels && [...element.labels].map(words).join(' ').trim()) || words(element) || element.title;
const controls = 'a[href], button, input, select, textarea, summary, [tabindex="0"], [role=img], [role=progressbar]';
all(controls).filter(element => !name(element)).forEach(element => says('without a name', element));

// Each chart has its words: a name that says its numbers, and a button that shows all of them as tables.
all('figure canvas').filter(canvas => !/ at \d\d:\d\d: /.test(name(canvas))).forEach(canvas => says('no numbers', canvas));
if (all('figure canvas').length && !document.querySelector('[data-testid=table-button]')) broken.push('no tables of charts');
all('table').filter(table => !table.querySelector('th')).forEach(table => says('a table without heads', table));

// Targets. A link in a sentence or in a cell of a table is as high as its line.
const targets = 'button, select, summary, input:not([type=radio]):not([type=checkbox]), .choice, a.button, nav a';
for (const element of all(targets)) {
  const {width, height} = element.getBoundingClientRect();
  if (height < 31.5 || width < 31.5) says('a small target', element, `${width} × ${height}`);
}

// Nothing is cut off to the right.
const {scrollWidth, clientWidth} = document.documentElement;
if (scrollWidth > clientWidth) {
  const wide = all('body *').filter(e => e.getBoundingClientRect().right > clientWidth + 1).slice(0, 3);
  broken.push(`${scrollWidth} px wide on ${clientWidth}: ${wide.map(e => e.outerHTML.slice(0, 80)).join(' | ')}`);
}

// Contrast of every text with what lies behind it.
const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
const brush = canvas.getContext('2d', {willReadFrequently: true});
const known = new Map();
const rgba = color => {
  if (!known.has(color)) {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = color;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    known.set(color, [r, g, b, a / 255]);
  }
  return known.get(color);
};
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const behind = element => {
  const color = rgba(getComputedStyle(element).backgroundColor);
  if (color[3] === 1) return color;
  return over(color, element.parentElement ? behind(element.parentElement) : [255, 255, 255, 1]);
};
const light = color => {
  const [r, g, b] = color.map(part => part / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || !shown(element) || element.closest(':disabled, .visually-hidden, .skip')) continue;
  const style = getComputedStyle(element), back = behind(element);
  const pair = [light(over(rgba(style.color), back)), light(back)].sort((a, b) => b - a);
  const ratio = (pair[0] + .05) / (pair[1] + .05), size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  if (ratio < (large ? 3 : 4.5)) says('too little contrast', element, `${ratio.toFixed(2)}: 1`);
}
return broken;
"#;

/// Checks the page that is shown, at 1100 px in both themes.
pub async fn readable(browser: &Chromium, page: &str) {
    for dark in [false, true] {
        browser.look(WIDTH, 800, dark).await;
        let broken = browser.ask(RULES).await;
        assert_eq!(broken, Value::Array(Vec::new()), "{page}, {}", if dark { "dark" } else { "light" });
    }
    browser.look(1280, 720, false).await;
}
