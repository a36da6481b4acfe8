internal import ArgumentParser
internal import Glibc
internal import Service

struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes keys for clients of a server with --api-key-file.", subcommands: [Create.self])
}

extension Key {
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key and the entry for the keys file.",
            discussion: """
                The key goes to standard error, once: it is kept nowhere. The entry, with the key's SHA-256 alone, goes \
                to standard output, so that `apus key create NAME >> keys.yaml` adds it to a file that begins with \
                `keys:`. A server reads its file again on SIGHUP.
                """
        )

        @Argument(help: "Names the key in logs and metrics.")
        var name: String

        @Option(
            name: .customLong("scope"),
            help: "What the key opens: inference, metrics or admin; repeatable. (default: inference)")
        var scopes: [AccessScope] = []

        @Option(help: "Requests that it may make per minute; no limit unless given.")
        var requestsPerMinute: Int?

        @Option(help: "Tokens per minute, prompts and answers together; no limit unless given.")
        var tokensPerMinute: Int?

        @Option(help: "Requests at once; no limit unless given.")
        var maxConcurrent: Int?

        func validate() throws {
            guard AccessKey.isValid(name: name) else {
                throw ValidationError(
                    "The name must begin with a letter and have at most 64 letters, digits, dots, dashes and underscores."
                )
            }
            for (value, option) in [
                (requestsPerMinute, "--requests-per-minute"), (tokensPerMinute, "--tokens-per-minute"),
                (maxConcurrent, "--max-concurrent"),
            ] {
                if let value { try require(value, in: 1...1_000_000_000, option) }
            }
        }

        func run() throws {
            var limits = AccessKey.Limits()
            limits.requestsPerMinute = requestsPerMinute
            limits.tokensPerMinute = tokensPerMinute
            limits.maxConcurrent = maxConcurrent
            let new = NewKey(name: name, scopes: scopes.isEmpty ? [.inference] : Set(scopes), limits: limits)
            let text = Array("The key of \(name), shown only now:\n\(new.secret)\n".utf8)
            guard write(STDERR_FILENO, text, text.count) == text.count else {
                throw ValidationError("The key cannot be shown on standard error; nothing is made.")
            }
            if isatty(STDOUT_FILENO) == 1 { print("The entry for the keys file:") }
            print(new.key.entry, terminator: "")
        }
    }
}
