// Shows openapi.json: every route with its parameters, body and answers, every schema as it is.
"use strict";

const METHODS = ["get", "post", "put", "delete"];

function element(tag, text, ...children) {
  const made = document.createElement(tag);
  made.append(...(text ? [text] : []), ...children);
  return made;
}

function nameOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const choices = schema.anyOf || schema.oneOf;
  if (choices) return choices.map(nameOf).join(" or ");
  if (schema.type === "array") return "list of " + nameOf(schema.items);
  return String(schema.type || "anything");
}

function linkTo(schema) {
  const name = nameOf(schema);
  const found = name.match(/[A-Z]\w+/);
  if (!found) return element("span", name);
  const link = element("a", name);
  link.href = "#schema-" + found[0];
  return link;
}

function row(...cells) {
  return element("tr", "", ...cells.map((cell) => (cell instanceof Node ? element("td", "", cell) : element("td", cell))));
}

function contentOf(part) {
  return Object.values((part && part.content) || {}).map((content) => linkTo(content.schema));
}

function showRoute(path, method, operation) {
  const summary = element("summary", "", element("b", method.toUpperCase()), element("code", path), element("span", operation.summary));
  const details = element("details", "", summary, element("p", operation.description));
  details.dataset.text = [path, method, operation.summary, ...(operation.tags || [])].join(" ").toLowerCase();
  if (!operation.security) details.append(element("p", "Nobody needs to be signed in."));
  if (operation.parameters) {
    const rows = operation.parameters.map((item) =>
      row(element("code", item.name), nameOf(item.schema), item.required ? "required" : "", item.description || ""));
    details.append(element("h4", "Query"), element("table", "", ...rows));
  }
  const body = contentOf(operation.requestBody);
  if (body.length) details.append(element("h4", "Body"), element("p", "", ...body));
  const answers = Object.entries(operation.responses).map(([status, answer]) =>
    row(element("code", status), answer.description, ...contentOf(answer)));
  details.append(element("h4", "Answers"), element("table", "", ...answers));
  return details;
}

function showRoutes(paths) {
  const sections = new Map();
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = (item[method].tags || ["other"])[0];
      if (!sections.has(tag)) sections.set(tag, element("section", "", element("h2", tag)));
      sections.get(tag).append(showRoute(path, method, item[method]));
    }
  }
  document.getElementById("routes").replaceChildren(...sections.values());
}

function showSchema([name, schema]) {
  const details = element("details", "", element("summary", "", element("code", name), element("span", schema.description)));
  details.id = "schema-" + name;
  details.append(element("pre", JSON.stringify(schema, null, 2)));
  return details;
}

function find(text) {
  for (const details of document.querySelectorAll("#routes details")) {
    details.hidden = !details.dataset.text.includes(text.toLowerCase());
  }
}

async function show() {
  const description = await (await fetch("openapi.json")).json();
  document.getElementById("version").textContent = description.info.version;
  showRoutes(description.paths);
  document.getElementById("schemas").replaceChildren(...Object.entries(description.components.schemas).map(showSchema));
  document.getElementById("search").addEventListener("input", (event) => find(event.target.value));
  addEventListener("hashchange", () => { const target = document.querySelector(location.hash); if (target) target.open = true; });
}

show();
