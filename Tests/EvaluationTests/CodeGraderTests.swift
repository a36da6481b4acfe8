import JSON
import Testing

@testable import Evaluation

/// What is shared by tests that run code: the sandbox, or why this machine has none.
enum SandboxForTests {
    static let result = Result { () throws(SandboxError) in try PythonSandbox() }

    static var isThere: Bool { (try? result.get()) != nil }
}

struct CodeProblemTests {
    /// `[{"input": "1\n", "output": "1\n", "testtype": "stdin"}]`, pickled, compressed and in base64 by Python.
    private static let packed =
        "eJxrYJlqwwABPRbR1UqZeQWlJUpWCkqGMXlKOgpK+aUlqAIlqcUlJZUFqSCh4pKUzDyl2tgpegCU7BRF"

    @Test func `private tests come as JSON or packed`() throws {
        let tests = #"[{"input": "2\n3", "output": "5", "testtype": "stdin"}]"#
        let row: JSONValue = ["public_test_cases": .string(tests), "private_test_cases": .string(Self.packed)]
        let problem = try CodeProblem(row)
        #expect(problem.function == nil)
        #expect(problem.tests == [.init(input: "2\n3", output: "5"), .init(input: "1\n", output: "1\n")])
    }

    @Test func `a problem with a function names it`() throws {
        let tests: JSONValue = [["input": "[1, 2]\n3", "output": "4", "testtype": "functional"]]
        let metadata: JSONValue = "{\"func_name\": \"add\"}"
        #expect(try CodeProblem(["public_test_cases": tests, "metadata": metadata]).function == "add")
        #expect(throws: CodeProblem.Failure.self) { try CodeProblem(["public_test_cases": tests]) }
    }

    @Test(arguments: ["", "AAAA", "gASVBgAAAAAAAABjb3MKc3lzdGVt", "[{\"input\": 1}]"])
    func `what holds no tests is refused`(text: String) {
        #expect(throws: CodeProblem.Failure.self) { try CodeProblem(["private_test_cases": .string(text)]) }
    }

    @Test(arguments: [
        ("1 2\n3", " 1 2 \n3\n\n", true), ("1.0 2", "1 2.00", true), ("1e2", "100", true), ("-0", "0.0", true),
        ("0.1", "0.10000000000000000000001", false), ("yes", "YES", false), ("1\n\n2", "1\n2", false), ("", "", true),
        ("1 2", "1 2 3", false), ("a 1", "a 1.0", false), ("1e999999999", "1e999999998", false), ("+5.", "5", true),
    ])
    func `outputs are compared by lines and decimal numbers`(output: String, expected: String, isSame: Bool) {
        #expect(OutputComparison.isSame(output, expected) == isSame)
    }

    @Test(arguments: [
        ("1", "1.0", true), ("true", "1", true), ("[1,[2.5]]", "[1,[2.5]]", true), ("\"1\"", "1", false),
        ("[1,2]", "[2,1]", false), ("null", "null", true), ("null", "0", false), ("{\"a\":1}", "{\"a\":1.0}", true),
    ])
    func `values are compared as Python does`(value: String, expected: String, isSame: Bool) throws {
        #expect(OutputComparison.isSame(try JSONValue(parsing: value), try JSONValue(parsing: expected)) == isSame)
    }

    @Test func `rows outside the window are left out, and the prompt shows the starter code`() throws {
        func row(_ id: String, _ date: String, starter: String) -> DataRow {
            let fields: [(String, JSONValue)] = [
                ("question_id", .string(id)), ("contest_date", .string(date + "T00:00:00")),
                ("question_content", "Add."), ("starter_code", .string(starter)), ("difficulty", "easy"),
                ("public_test_cases", [["input": "1", "output": "1", "testtype": "stdin"]]),
            ]
            return DataRow(fields: JSONObject(fields), line: 1, file: "lcb.jsonl")
        }
        let rows = [
            row("a", "2024-07-31", starter: ""), row("b", "2024-08-01", starter: "class Solution:"),
            row("c", "2025-01-31", starter: ""), row("d", "2025-02-01", starter: ""),
        ]
        let questions = try Benchmark.liveCodeBench(sandbox: nil).questions(rows, 0)
        #expect(questions.map(\.id) == ["b", "c"])
        #expect(questions[0].prompt.contains("```python\nclass Solution:\n```\n\n### Answer: (use the provided format"))
        #expect(questions[1].prompt.contains("```python\n# YOUR CODE HERE\n```"))
        #expect(questions[1].level == "easy")
    }

    @Test func `without a sandbox nothing is run`() async {
        await #expect(throws: SandboxError.notAllowed) {
            try await CodeGrader(sandbox: nil).grade("```\n1\n```", to: Question(id: "", prompt: "", gold: [:]))
        }
    }

    @Test func `a refusal says what to change`() {
        #expect(
            SandboxError.refused(step: "namespaces", reason: "Operation not permitted").description
                .contains("user.max_user_namespaces"))
    }
}

@Suite(.enabled(if: SandboxForTests.isThere, "this system lets no code be confined"))
struct CodeGraderTests {
    private static let reading = Question(
        id: "1", prompt: "",
        gold: [
            "public_test_cases": [["input": "2 3\n", "output": "5\n", "testtype": "stdin"]],
            "private_test_cases": "[{\"input\": \"10 -4\\n\", \"output\": \"6\\n\", \"testtype\": \"stdin\"}]",
        ])
    private static let calling = Question(
        id: "2", prompt: "",
        gold: [
            "public_test_cases": [
                ["input": "[3, 1, 2]\n2", "output": "[1, 2]", "testtype": "functional"],
                ["input": "[]\n0", "output": "[]", "testtype": "functional"],
            ],
            "metadata": "{\"func_name\": \"smallest\"}",
        ])

    private func verdict(_ code: String, _ question: Question = reading) async throws -> Verdict {
        let sandbox = try SandboxForTests.result.get()
        return try await CodeGrader(sandbox: sandbox).grade("Think.\n```python\n\(code)\n```\nDone.", to: question)
    }

    @Test(arguments: [
        "a, b = map(int, input().split())\nprint(a + b)", "print(sum(map(int, open(0).read().split())))",
        "import sys\nprint(sum(int(x) for x in sys.stdin.buffer.read().split()), '.0', sep='')",
        "def main():\n    print(reduce(add, map(int, sys.stdin.readline().split())))\nif __name__ == '__main__':\n    main()",
        "import threading\nt = threading.Thread(target=lambda: print(eval('+'.join(input().split()))))\nt.start()",
        "print(sum(map(int, input().split())))\nexit(0)",
    ])
    func `programs that are right score 1`(code: String) async throws {
        let verdict = try await verdict(code)
        #expect(verdict.score == 1, "\(verdict)")
        #expect(verdict.detail == ["tests": 2, "passed": 2])
    }

    @Test(arguments: [
        "class Solution:\n    def smallest(self, values: List[int], count: int) -> List[int]:\n        print('noise')\n"
            + "        return sorted(values)[:count]",
        "def smallest(values, count):\n    return tuple(heapq.nsmallest(count, values))",
    ])
    func `functions that are right score 1`(code: String) async throws {
        let verdict = try await verdict(code, Self.calling)
        #expect(verdict.score == 1, "\(verdict)")
    }

    @Test(arguments: [
        ("print(5)", "wrong", 1), ("print(input())", "wrong", 0), ("raise ValueError('x')", "error", 0),
        ("def", "error", 0), ("import os\nos.abort()", "crash", 0),
    ])
    func `programs that are wrong score 0 and say why`(code: String, failure: String, passed: Int) async throws {
        let verdict = try await verdict(code)
        #expect(verdict.score == 0)
        #expect(verdict.detail?["failure"]?.stringValue == failure, "\(verdict)")
        #expect(verdict.detail?["passed"]?.intValue == passed)
    }

    @Test(arguments: ["", "no code", "```\nprint(5)", "```python\n```"])
    func `answers without code score 0`(answer: String) async throws {
        let sandbox = try SandboxForTests.result.get()
        let verdict = try await CodeGrader(sandbox: sandbox).grade(answer, to: Self.reading)
        #expect(verdict == Verdict(score: 0))
    }

    @Test func `functions that are wrong score 0`() async throws {
        #expect(try await verdict("def smallest(values, count):\n    return set(values)", Self.calling).score == 0)
        #expect(try await verdict("def other():\n    pass", Self.calling).score == 0)
    }
}

/// Each of these tries to get out; each is kept in, and the next program runs as if nothing had been.
@Suite(.enabled(if: SandboxForTests.isThere, "this system lets no code be confined"))
struct PythonSandboxTests {
    private func run(_ code: String, seconds: Double = 30) async throws -> ConfinedProgram.Outcome {
        let sandbox = try SandboxForTests.result.get()
        let outcome = try await sandbox.run(SolutionRunner.input(code: code, test: ""), seconds: seconds)
        let after = try await sandbox.run(SolutionRunner.input(code: "print('well')", test: ""), seconds: 30)
        #expect(String(decoding: after.output, as: UTF8.self) == "well\n")
        return outcome
    }

    @Test(arguments: [
        "import socket\nsocket.create_connection(('127.0.0.1', 80), 1)",
        "import socket\nsocket.socket(socket.AF_UNIX)",
        "open('/etc/passwd').read()", "open('\(#filePath)').read()", "os.listdir('/proc')",
        "open('/proc/1/environ').read()", "open('/usr/x', 'w')", "open('/x', 'w')", "open('/dev/mem')",
        "open('/etc/ld.so.cache', 'a')", "os.fork()", "os.posix_spawn('/bin/true', ['true'], {})", "os.chroot('/tmp')",
        "import subprocess\nsubprocess.run(['/bin/true'])", "os.setuid(0)", "os.kill(2, 9)",
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nassert libc.unshare(0x10000000) == 0",
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nassert libc.mount(0, b'/tmp', b'tmpfs', 0, 0) == 0",
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nassert libc.ptrace(16, 1, 0, 0) == 0",
        "bytearray(5 << 30)", "open('/tmp/x', 'w').write('x' * (65 << 20))", "assert len(os.environ) > 6",
        "os.mknod('/tmp/y', 0o60600, os.makedev(8, 0))",
        "open('/tmp/run', 'w').write('#!/bin/sh')\nos.chmod('/tmp/run', 0o755)\nos.execv('/tmp/run', ['run'])",
    ])
    func `nothing outside can be reached`(code: String) async throws {
        let outcome = try await run("import os\nprint('begun')\n" + code + "\nprint('done')")
        #expect(outcome.end != .exit(0), "\(outcome)")
        #expect(!String(decoding: outcome.output, as: UTF8.self).contains("done"))
    }

    @Test func `killing everything in sight ends nothing but itself`() async throws {
        let code =
            "import os\nfor who in (os.getppid(), -1, 0):\n    try:\n        os.kill(who, 9)\n"
            + "    except OSError:\n        pass\nprint('still here')"
        #expect(try await run(code).end == .exit(0))
    }

    @Test func `programs without an end are ended`() async throws {
        for code in [
            "while True: pass", "import time\ntime.sleep(100)",
            "import os, time\nos.close(1); os.close(2)\ntime.sleep(100)",
            "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass\n"
                + "while True: pass",
        ] {
            #expect(try await run(code, seconds: 1).end == .outOfTime)
        }
    }

    @Test func `output without an end is cut`() async throws {
        let outcome = try await run("while True: print('x' * 100000)")
        #expect(outcome.end == .tooMuchOutput)
        #expect(outcome.output.count < 17 << 20)
        #expect(
            try await run("import os\nwhile True: os.write(2, b'x' * 100000)", seconds: 1).errors.utf8.count <= 2000)
    }

    @Test func `many threads and much memory are refused`() async throws {
        let threads =
            "import threading, time\nfor n in range(1000):\n"
            + "    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()"
        #expect(try await run(threads).end == .exit(1))
        #expect(try await run("kept = []\nwhile True: kept.append(bytearray(1 << 28))").end == .exit(1))
        #expect(try await run("import ctypes\nctypes.string_at(0)").end == .signal(11))
        #expect(try await run("def f(n): return f(n + 1)\nf(0)").end != .exit(0))
    }

    @Test func `files do not outlive their program`() async throws {
        #expect(try await run("open('/tmp/left', 'w').write('x')").end == .exit(0))
        let found = try await run("import os\nprint(os.listdir('/tmp'), os.getcwd())")
        #expect(String(decoding: found.output, as: UTF8.self) == "[] /tmp\n")
    }

    @Test func `an interpreter that is not there is named`() {
        #expect(throws: SandboxError.noInterpreter(name: "python-none")) {
            try PythonSandbox(interpreter: "python-none")
        }
    }
}
