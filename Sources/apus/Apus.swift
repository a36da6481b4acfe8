internal import ArgumentParser
internal import Service

@main
struct Apus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Serves DeepSeek-R1, R1-Zero and the R1-Distill models over the OpenAI API.",
        version: Version.text,
        subcommands: [
            Serve.self, Chat.self, Complete.self, RunBatch.self, Inspect.self, Quantize.self, Bench.self, Eval.self,
            Health.self, Key.self,
        ]
    )

    static func main() async {
        FatalSignals.report()
        do {
            let layered = try SettingsLayers.current.apply(to: Array(CommandLine.arguments.dropFirst()))
            var command = try parseAsRoot(layered)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}
