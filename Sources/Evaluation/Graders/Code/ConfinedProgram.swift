internal import CLinux
internal import Glibc

/// A program that nobody trusts, and what it may use. See `linux_spawn_confined` for how it is confined.
struct ConfinedProgram: Sendable {
    /// The program's absolute path first.
    var arguments: [String]
    var environment: [String] = []
    /// What it sees of the file system, read-only.
    var readable: [String]
    var memoryBytes: UInt64 = 4 << 30
    var fileBytes: UInt64 = 64 << 20
    var threads: UInt64 = 64
    var outputBytes = 16 << 20

    struct Outcome: Sendable, Equatable {
        enum End: Sendable, Equatable {
            case exit(Int32)
            case signal(Int32)
            case outOfTime
            case tooMuchOutput
        }

        var end: End
        var output: [UInt8] = []
        /// The last that it wrote to standard error.
        var errors = ""
    }

    /// Runs the program to its end on the calling thread. When this returns none of its threads is left.
    func run(input: [UInt8], seconds: Double) throws(SandboxError) -> Outcome {
        let clock = ContinuousClock(), deadline = clock.now + .seconds(seconds)
        let source = linux_memory_file(input, input.count)
        guard source >= 0 else { throw Self.refusal("input") }
        defer { close(source) }
        var output = try Stream(), errors = try Stream()
        defer {
            output.close()
            errors.close()
        }
        let child = try spawn(source, output.writer, errors.writer, seconds: UInt64(seconds.rounded(.up)) + 1)
        output.closeWriter()
        errors.closeWriter()

        var end: Outcome.End?
        while !(output.isAtEnd && errors.isAtEnd), end == nil {
            let left = clock.now.duration(to: deadline).milliseconds
            guard left > 0 else {
                end = .outOfTime
                break
            }
            var polled = [output, errors].filter { !$0.isAtEnd }.map {
                pollfd(fd: $0.reader, events: Int16(POLLIN), revents: 0)
            }
            _ = poll(&polled, nfds_t(polled.count), Int32(clamping: left))
            output.read()
            errors.read(keepingLast: 2000)
            if output.bytes.count > outputBytes { end = .tooMuchOutput }
        }
        // It may have closed its streams and go on.
        var status: Int32 = 0
        while end == nil, waitpid(child, &status, WNOHANG) == 0 {
            if clock.now >= deadline { end = .outOfTime } else { usleep(500) }
        }
        if let end {
            kill(child, SIGKILL)
            while waitpid(child, &status, 0) < 0 && errno == EINTR {}
            return Outcome(end: end, output: output.bytes, errors: String(decoding: errors.bytes, as: UTF8.self))
        }
        let signal = status & 0x7F
        return Outcome(
            end: signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal), output: output.bytes,
            errors: String(decoding: errors.bytes, as: UTF8.self))
    }

    private func spawn(
        _ input: Int32, _ output: Int32, _ errors: Int32, seconds: UInt64
    ) throws(SandboxError) -> pid_t {
        let lists = [arguments, environment, readable].map { $0.map { strdup($0) } + [nil] }
        defer { lists.joined().forEach { free($0) } }
        var step: UnsafePointer<CChar>?
        let child = lists[0].withUnsafeBufferPointer { arguments in
            lists[1].withUnsafeBufferPointer { environment in
                lists[2].withUnsafeBufferPointer { readable in
                    var confinement = linux_confinement(
                        arguments: arguments.baseAddress!, environment: environment.baseAddress!,
                        readable: readable.baseAddress!, memory_bytes: memoryBytes, file_bytes: fileBytes,
                        threads: threads, seconds: seconds)
                    return linux_spawn_confined(&confinement, input, output, errors, &step)
                }
            }
        }
        guard child > 0 else { throw Self.refusal(step.map { String(cString: $0) } ?? "start") }
        return child
    }

    private static func refusal(_ step: String) -> SandboxError {
        .refused(step: step, reason: String(cString: strerror(errno)))
    }

    /// What comes out of a pipe.
    private struct Stream {
        var reader: Int32
        var writer: Int32
        var bytes: [UInt8] = []
        var isAtEnd = false

        init() throws(SandboxError) {
            var ends: [Int32] = [-1, -1]
            guard linux_pipe(&ends) == 0 else { throw refusal("pipes") }
            (reader, writer) = (ends[0], ends[1])
            _ = fcntl(reader, F_SETFL, O_NONBLOCK)
        }

        mutating func read(keepingLast kept: Int? = nil) {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = Glibc.read(reader, &buffer, buffer.count)
            guard count > 0 else {
                isAtEnd = isAtEnd || count == 0
                return
            }
            bytes += buffer[..<count]
            if let kept, bytes.count > kept { bytes.removeFirst(bytes.count - kept) }
        }

        mutating func closeWriter() {
            if writer >= 0 { _ = Glibc.close(writer) }
            writer = -1
        }

        mutating func close() {
            closeWriter()
            _ = Glibc.close(reader)
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
