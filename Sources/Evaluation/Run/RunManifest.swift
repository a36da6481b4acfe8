package import JSON
import Sockets

/// What a run asks of which model, kept in its `manifest.json`. Samples are only added to a run while all of it that
/// bears on them stays the same.
package struct RunManifest: Sendable {
    package struct Part: Sendable, Equatable {
        package var benchmark: String
        /// The data file's name, without its folder; nil where there is none.
        package var data: String?
        package var dataDigest: String?
        /// SHA-256 of all questions, prompts and right answers included, in order, before a selection.
        package var promptsDigest = ""
        /// The grader's identity.
        package var grader = ""
        /// Samples for each question.
        package var samples = 1
        /// Questions that are asked.
        package var questions = 0

        package init(benchmark: String) {
            self.benchmark = benchmark
        }
    }

    package static let fileName = "manifest.json"
    private static let format = 1

    package var parts: [Part] = []
    package var seed: UInt64 = 0
    package var sampling = SamplingSettings()
    package var model = ""
    /// The server's `system_fingerprint`, where it sends one.
    package var fingerprint: String?
    package var templateDigest: String?
    /// When the run began, in RFC 3339.
    package var started = ""
    /// Where and how the model is served: URL or path, quantisation, context, software, processor.
    package var server: JSONObject = [:]
    package var apus = ""
    /// What the reader of a report should know, such as a limit that was lowered.
    package var notes: [String] = []

    package init() {}

    package var json: JSONObject {
        [
            "format": .integer(Self.format), "apus": .string(apus), "started": .string(started),
            "model": .string(model), "fingerprint": fingerprint.map(JSONValue.string) ?? .null,
            "chat_template_sha256": templateDigest.map(JSONValue.string) ?? .null,
            "sampling": .object(sampling.json), "seed": .integer(Int(seed)),
            "benchmarks": .object(JSONObject(parts.map { ($0.benchmark, .object($0.json)) })),
            "server": .object(server), "notes": .array(notes.map { .string($0) }),
        ]
    }

    /// Throws where the file is of another kind.
    package init(json: JSONValue, file: String) throws {
        guard let object = json.objectValue, object["format"]?.intValue == Self.format,
            let model = object["model"]?.stringValue,
            let seed = object["seed"]?.intValue.flatMap(UInt64.init(exactly:)),
            let sampling = object["sampling"]?.objectValue, let parts = object["benchmarks"]?.objectValue
        else { throw EvaluationError(file, "is no manifest of a run in format \(Self.format); name a run's folder") }
        self.model = model
        self.seed = seed
        self.sampling = SamplingSettings(json: sampling)
        self.parts = try parts.map { name, json in
            guard let part = Part(name, json: json) else {
                throw EvaluationError(file, "\(name) has no samples; the file was changed")
            }
            return part
        }
        fingerprint = object["fingerprint"]?.stringValue
        templateDigest = object["chat_template_sha256"]?.stringValue
        started = object["started"]?.stringValue ?? ""
        server = object["server"]?.objectValue ?? [:]
        apus = object["apus"]?.stringValue ?? ""
        notes = object["notes"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// What keeps samples under `other` from joining those under this manifest; a line for each member that differs.
    package func differences(from other: RunManifest) -> [String] {
        var lines: [String] = []
        func compare(_ name: String, _ there: String?, _ here: String?) {
            guard let there, let here, there != here else { return }
            lines.append("\(name): \(there) there, \(here) here")
        }
        compare("model", model, other.model)
        compare("fingerprint", fingerprint, other.fingerprint)
        compare("chat template", templateDigest, other.templateDigest)
        compare("seed", "\(seed)", "\(other.seed)")
        let (mine, theirs) = (sampling.json, other.sampling.json)
        for key in mine.keys { compare(key, mine[key]?.serialized(), theirs[key]?.serialized()) }
        compare(
            "benchmarks", parts.map(\.benchmark).joined(separator: ","),
            other.parts.map(\.benchmark).joined(separator: ","))
        for (part, new) in zip(parts, other.parts) where part.benchmark == new.benchmark {
            compare("\(part.benchmark): data", part.dataDigest, new.dataDigest)
            compare("\(part.benchmark): questions", part.promptsDigest, new.promptsDigest)
            compare("\(part.benchmark): grader (`apus eval regrade` renews it)", part.grader, new.grader)
        }
        return lines
    }
}

extension RunManifest.Part {
    var json: JSONObject {
        [
            "data": data.map(JSONValue.string) ?? .null,
            "data_sha256": dataDigest.map(JSONValue.string) ?? .null, "prompts_sha256": .string(promptsDigest),
            "grader": .string(grader), "samples": .integer(samples), "questions": .integer(questions),
        ]
    }

    init?(_ name: String, json: JSONValue) {
        guard let samples = json["samples"]?.intValue else { return nil }
        self.init(benchmark: name)
        self.samples = samples
        data = json["data"]?.stringValue
        dataDigest = json["data_sha256"]?.stringValue
        promptsDigest = json["prompts_sha256"]?.stringValue ?? ""
        grader = json["grader"]?.stringValue ?? ""
        questions = json["questions"]?.intValue ?? 0
    }

    /// The digest of questions as the manifest has it.
    package static func digest(of questions: [Question]) -> String {
        var bytes: [UInt8] = []
        for question in questions {
            JSONValue.object(question.json).write(into: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return Digest.hexadecimal(of: bytes)
    }
}
