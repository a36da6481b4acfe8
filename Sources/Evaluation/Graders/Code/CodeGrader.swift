internal import Glibc
internal import JSON

/// Runs the last fenced block of an answer on all tests of a problem, as LiveCodeBench does: 6 s for each test, the first
/// that fails ends. The load of the host shifts scores where programs are slow.
///
/// Gold: the row's `public_test_cases`, `private_test_cases` and `metadata`. The verdict's detail is `{"tests": integer,
/// "passed": integer}`, and where a test failed `"failure"`, and `"message"`, the end of what Python said.
package struct CodeGrader: Grader {
    package let identity = "livecodebench/1"
    /// nil where code may not be run.
    private let sandbox: PythonSandbox?
    private static let secondsForTest = 6.0

    package init(sandbox: PythonSandbox?) { self.sandbox = sandbox }

    package func grade(_ content: String, to question: Question) async throws -> Verdict {
        guard let sandbox else { throw SandboxError.notAllowed }
        guard let code = Self.code(in: content) else { return Verdict(score: 0) }
        let problem = try CodeProblem(question.gold)
        var verdict = Verdict(score: 1, answer: code, rule: "last block")
        var detail: JSONObject = [:]
        detail["tests"] = .integer(problem.tests.count)
        var passed = 0
        var left = (Self.secondsForTest + 1) * Double(problem.tests.count) + 5
        for test in problem.tests {
            let clock = ContinuousClock(), start = clock.now
            let failure = try await Self.failure(
                of: code, problem.function, test, seconds: min(Self.secondsForTest, left), sandbox)
            left -= start.duration(to: clock.now) / .seconds(1)
            if let failure {
                verdict.score = 0
                detail["failure"] = .string(failure.kind)
                if !failure.message.isEmpty { detail["message"] = .string(failure.message) }
                break
            }
            passed += 1
        }
        detail["passed"] = .integer(passed)
        verdict.detail = .object(detail)
        return verdict
    }

    private static func failure(
        of code: String, _ function: String?, _ test: CodeProblem.Test, seconds: Double, _ sandbox: PythonSandbox
    ) async throws -> (kind: String, message: String)? {
        guard seconds > 0 else { return ("time", "") }
        let input: [UInt8]
        if let function {
            let arguments = try test.input.pieces(separatedBy: "\n").filter { !$0.isBlank }.map { line in
                try JSONValue(parsing: line)
            }
            input = SolutionRunner.input(code: code, function: function, arguments: arguments)
        } else {
            input = SolutionRunner.input(code: code, test: test.input)
        }
        let outcome = try await sandbox.run(input, seconds: seconds)
        switch outcome.end {
        case .outOfTime: return ("time", "")
        case .tooMuchOutput: return ("output", "")
        case .signal(SIGXCPU), .signal(SIGKILL): return ("time", "")
        case .signal(let number): return ("crash", "signal \(number)")
        case .exit(let status) where status != 0: return ("error", outcome.errors)
        case .exit: break
        }
        let output = String(decoding: outcome.output, as: UTF8.self)
        let isRight: Bool
        if function != nil {
            let value = try? JSONValue(parsing: outcome.output)
            isRight = try value.map { OutputComparison.isSame($0, try JSONValue(parsing: test.output)) } ?? false
        } else {
            isRight = OutputComparison.isSame(output, test.output)
        }
        return isRight ? nil : ("wrong", "")
    }

    /// What stands between the last two lines with a fence; nil where there is no such code.
    private static func code(in content: String) -> String? {
        let lines = content.pieces(separatedBy: "\n")
        let fences = lines.indices.filter { lines[$0].holds("```") }.suffix(2)
        guard fences.count == 2, let first = fences.first, let last = fences.last else { return nil }
        let code = lines[first + 1..<last].joined(separator: "\n")
        return code.isBlank ? nil : code
    }
}
