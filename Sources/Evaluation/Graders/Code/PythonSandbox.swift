internal import CLinux
internal import Dispatch
internal import Glibc
internal import JSON
internal import Synchronization

/// Runs Python that a model wrote: confined, and as many programs at a time as there are processors.
package final class PythonSandbox: Sendable {
    private let program: ConfinedProgram
    private let queues: [DispatchQueue]
    private let next = Atomic(0)

    /// Finds the interpreter and tries it out.
    package init(interpreter name: String = "python3") throws(SandboxError) {
        guard let found = Self.inPath(name) else { throw .noInterpreter(name: name) }
        let (executable, prefixes) = try Self.place(of: found)
        let system = ["/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/zero", "/dev/urandom"]
        program = ConfinedProgram(
            arguments: [executable, "-I", "-B", "-c", SolutionRunner.source],
            environment: ["PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8", "OPENBLAS_NUM_THREADS=1"],
            readable: system + prefixes.filter { !$0.isWithin("/usr") })
        queues = (0..<Int(linux_usable_processors())).map { DispatchQueue(label: "python \($0)") }
        let trial = try program.run(input: SolutionRunner.input(code: "print(input())", test: "works"), seconds: 60)
        guard trial.output == Array("works\n".utf8) else {
            throw .broken(output: trial.errors.isEmpty ? "\(trial.end)" : trial.errors)
        }
    }

    func run(_ input: [UInt8], seconds: Double) async throws(SandboxError) -> ConfinedProgram.Outcome {
        let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
        let result = await withCheckedContinuation { continuation in
            // A program dies with the thread that started it: one thread starts it and waits for its end.
            queues[turn % queues.count].async { [program] in
                let result = Result { () throws(SandboxError) in try program.run(input: input, seconds: seconds) }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    private static func inPath(_ name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Where the interpreter itself is, which may stand behind links and scripts, and where its library is. It is asked
    /// without confinement: it is the system's own, not the model's.
    private static func place(of interpreter: String) throws(SandboxError) -> (String, [String]) {
        let question =
            "import os, sys; print(os.path.realpath(sys.executable)); print(os.path.realpath(sys.base_prefix))"
        let quoted = "'" + interpreter.replacing("'", with: "'\\''") + "'"
        guard let answer = popen("\(quoted) -I -c '\(question)' 2>/dev/null", "re") else {
            throw .noInterpreter(name: interpreter)
        }
        var text: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, answer), count > 0 { text += buffer[..<count] }
        let status = pclose(answer)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        guard status == 0, lines.count == 2 else { throw .noInterpreter(name: interpreter) }
        // Its library, and the program where it lies elsewhere.
        return (lines[0], lines[0].isWithin(lines[1]) ? [lines[1]] : [lines[1], lines[0]])
    }
}

extension String {
    fileprivate func isWithin(_ folder: String) -> Bool { self == folder || begins(with: folder + "/") }
}
