// Shows the gateway's contract with Swagger UI, which fills the example of each parameter into "Try it out".
/* global SwaggerUIBundle */

/** Removes the examples of what a request can do without: nobody wants the example's cursor, or a key that others send, too. */
function withoutOptionalExamples(spec) {
  const { parameters, schemas } = spec.components;
  for (const parameter of Object.values(parameters)) {
    if (parameter.required) continue;
    delete parameter.example;
    const name = parameter.schema.$ref?.split('/').at(-1);
    if (name !== undefined) parameter.schema = { ...schemas[name], example: undefined };
  }
  return spec;
}

const response = await fetch('/api/openapi.json');
const spec = withoutOptionalExamples(await response.json());
SwaggerUIBundle({ spec, dom_id: '#swagger-ui', deepLinking: true });
