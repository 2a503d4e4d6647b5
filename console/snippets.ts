export interface SnippetInput {
  baseUrl: string;
  model: string;
}

export interface Snippet {
  id: string;
  label: string;
  code: (input: SnippetInput) => string;
}

/** A first call. The key is read from the environment, so that nobody pastes it into a file. */
export const snippets: readonly Snippet[] = [
  {
    id: 'curl',
    label: 'curl',
    code: ({ baseUrl, model }) => `curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer $TOLLGATE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": ${JSON.stringify(model)}, "messages": [{"role": "user", "content": "Hello"}]}'`,
  },
  {
    id: 'node',
    label: 'Node.js',
    code: ({ baseUrl, model }) => `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: ${JSON.stringify(baseUrl)},
  apiKey: process.env.TOLLGATE_API_KEY,
});
const answer = await client.chat.completions.create({
  model: ${JSON.stringify(model)},
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(answer.choices[0].message.content);`,
  },
  {
    id: 'python',
    label: 'Python',
    code: ({ baseUrl, model }) => `import os
from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(baseUrl)}, api_key=os.environ["TOLLGATE_API_KEY"])
answer = client.chat.completions.create(
    model=${JSON.stringify(model)},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
  },
];
