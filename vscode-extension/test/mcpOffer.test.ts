import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { mcpCommand } from "../src/mcpOffer";

const HAS = { redraft: { mcp: true } };
const LSP = ["/env/bin/python", "-I", "-m", "redraft", "lsp"];

describe("how the MCP server is started", () => {
  test("it is the same program in the same environment", () => {
    assert.deepEqual(mcpCommand(LSP, HAS), ["/env/bin/python", "-I", "-m", "redraft", "mcp"]);
  });

  test("what comes after the word stays", () => {
    assert.deepEqual(mcpCommand(["redraft", "lsp", "--x"], HAS), ["redraft", "mcp", "--x"]);
  });

  test("a program of that name is not taken for the word", () => {
    assert.equal(mcpCommand(["lsp"], HAS), undefined);
    assert.deepEqual(mcpCommand(["lsp", "lsp"], HAS), ["lsp", "mcp"]);
  });

  test("a command without the word offers nothing", () => {
    assert.equal(mcpCommand(["my-server"], HAS), undefined);
  });

  for (const experimental of [undefined, null, {}, { redraft: {} }, { redraft: { mcp: false } }]) {
    test(`a server that says ${JSON.stringify(experimental)} offers nothing`, () => {
      assert.equal(mcpCommand(LSP, experimental), undefined);
    });
  }
});
