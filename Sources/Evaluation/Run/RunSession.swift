package import JSON
import Sockets

/// A run with its server and folder: looks at both, tells what it will take, and carries it out.
package struct RunSession: Sendable {
    package private(set) var plan: RunPlan
    package private(set) var manifest: RunManifest
    package let folder: RunFolder
    package let facts: ServerFacts
    private let server: ChatServer

    /// Asks the server for what it is, fits the plan to it, and holds the folder's manifest against the plan.
    ///
    /// - Parameters:
    ///   - entries: the manifest's for the plan's parts, in order.
    ///   - folder: nil: `defaultFolder` with the model's name behind it.
    ///   - concurrency: nil: as many requests at once as the server computes together.
    ///   - origin: what is known of the server beside what it tells.
    /// Throws where the server does not answer or the folder holds another run.
    package init(
        _ plan: RunPlan, entries: [RunManifest.Part], server: ChatServer, folder: String?,
        defaultFolder: String, concurrency: Int?, origin: JSONObject, apus: String, now: String
    ) async throws {
        var (server, plan, manifest) = (server, plan, RunManifest())
        let facts = try await ServerFacts(asking: &server)
        if let context = facts.contextLength {
            // A token is at least one byte, and templates add a few.
            let longest = plan.parts.flatMap(\.questions).map(\.prompt.utf8.count).max() ?? 0
            let room = context - longest - (plan.sampling.systemPrompt?.utf8.count ?? 0) - 64
            guard room > 0 else {
                throw EvaluationError(
                    "The longest prompt", "has \(longest) bytes, which may not fit the context of \(context) tokens")
            }
            if plan.sampling.maxTokens > room {
                manifest.notes.append(
                    "max_tokens \(plan.sampling.maxTokens) was lowered to \(room): the server's context has \(context) tokens."
                )
                plan.sampling.maxTokens = room
            }
        }
        if facts.isPlain {
            plan.sampling.disablesOthers = false
            manifest.notes.append(
                "The server refuses fields beside OpenAI's own: top-k, min-p and penalties are its defaults.")
        }
        plan.concurrency = concurrency ?? Self.concurrency(facts, plan)
        manifest.parts = entries
        manifest.seed = plan.seed
        manifest.sampling = plan.sampling
        manifest.model = facts.model
        manifest.fingerprint = facts.fingerprint
        manifest.templateDigest = facts.chatTemplate.map { Digest.hexadecimal(of: $0) }
        manifest.started = now
        manifest.apus = apus
        manifest.server = origin
        if let software = facts.software { manifest.server["software"] = .string(software) }
        if let context = facts.contextLength { manifest.server["context_length"] = .integer(context) }
        let name = facts.model.split { !($0.isLetter || $0.isNumber || "-_.".contains($0)) }.joined(separator: "-")
        let folder = RunFolder(folder ?? "\(defaultFolder)-\(name)")
        if folder.exists {
            let old = try folder.manifest()
            let differences = old.differences(from: manifest)
            guard differences.isEmpty else {
                throw EvaluationError(
                    "\(folder.path) holds another run",
                    "name another folder with --out\n  " + differences.joined(separator: "\n  "))
            }
            manifest.started = old.started
            manifest.notes = old.notes + manifest.notes.filter { !old.notes.contains($0) }
        }
        self.plan = plan
        self.manifest = manifest
        self.folder = folder
        self.facts = facts
        self.server = server
    }

    /// The server's places, as far as its cache holds answers of the expected length for them; 16 where it tells nothing.
    private static func concurrency(_ facts: ServerFacts, _ plan: RunPlan) -> Int {
        guard let places = facts.places else { return 16 }
        guard let tokens = facts.cacheTokens else { return max(1, places) }
        let expected = plan.expectedTokens / Double(max(1, plan.count)) + 200
        return max(1, min(places, Int(Double(tokens) / expected)))
    }

    /// What is asked and what it may take, for people.
    package var estimate: String {
        let tokens = plan.expectedTokens
        var text = "\(Figures.count(plan.count)) samples"
        text +=
            " ("
            + plan.parts.map { part in
                "\(part.benchmark.name): \(Figures.count(part.questions.count)) × \(part.samples)"
            }.joined(separator: ", ") + ")"
        text += ", about \(Figures.short(tokens)) tokens, \(plan.concurrency) requests at once"
        if let speed = facts.singleSpeed {
            text +=
                "; at most \(Figures.duration(tokens / speed)) at the \(Figures.fixed(speed, 0)) tokens/s of one stream"
        }
        return text + manifest.notes.map { "\n\($0)" }.joined()
    }

    /// Seconds that the run takes if requests run one after the other; nil where the speed is unknown.
    package var longestTime: Double? { facts.singleSpeed.map { plan.expectedTokens / $0 } }

    /// Writes the manifest, asks for what is missing, and returns why the run ended early, or nil.
    package func run(stopSwitch: StopSwitch, isQuiet: Bool) async throws -> String? {
        try folder.prepare(
            manifest,
            Dictionary(plan.parts.map { ($0.benchmark.name, $0.questions) }, uniquingKeysWith: { first, _ in first }))
        let progress = RunProgress(titles: plan.parts.map(\.benchmark.name), isQuiet: isQuiet)
        return try await Runner(plan, server: server, folder: folder, stopSwitch: stopSwitch).run(progress)
    }
}
