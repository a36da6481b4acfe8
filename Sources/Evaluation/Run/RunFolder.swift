import FoundationEssentials
import JSON

/// A run on disk: `manifest.json`, `questions.jsonl`, `samples.jsonl`, which lines are only added to, and the reports.
package struct RunFolder: Sendable {
    package let path: String
    private static let questions = "questions.jsonl"
    private static let samples = "samples.jsonl"

    package init(_ path: String) {
        self.path = path
    }

    /// Whether it holds a run.
    package var exists: Bool { FileManager.default.fileExists(atPath: file(RunManifest.fileName)) }

    package func file(_ name: String) -> String { path + "/" + name }

    package func manifest() throws -> RunManifest {
        let name = file(RunManifest.fileName)
        guard let bytes = try? Data(contentsOf: URL(filePath: name)) else {
            throw EvaluationError(name, "cannot be read; name the folder of a run")
        }
        do {
            return try RunManifest(json: try JSONValue(parsing: Array(bytes)), file: name)
        } catch let error as JSONError {
            throw EvaluationError(name, "is no JSON: \(error)")
        }
    }

    /// Writes what is asked, before the first sample and when a run goes on with more of it.
    package func prepare(_ manifest: RunManifest, _ questions: [String: [Question]]) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw EvaluationError(path, "cannot be made: \(error)")
        }
        var lines: [UInt8] = []
        for part in manifest.parts {
            for question in questions[part.benchmark] ?? [] {
                var object: JSONObject = ["benchmark": .string(part.benchmark)]
                for (key, value) in question.json { object[key] = value }
                JSONValue.object(object).write(into: &lines)
                lines.append(UInt8(ascii: "\n"))
            }
        }
        try write(lines, to: Self.questions)
        try write(manifest)
    }

    package func write(_ manifest: RunManifest) throws {
        try write(
            Array((JSONValue.object(manifest.json).serialized(pretty: true) + "\n").utf8), to: RunManifest.fileName)
    }

    /// Replaces a file of the folder in one step.
    package func write(_ bytes: [UInt8], to name: String) throws {
        do {
            try Data(bytes).write(to: URL(filePath: file(name)), options: .atomic)
        } catch {
            throw EvaluationError(file(name), "cannot be written: \(error)")
        }
    }

    // MARK: Reading

    /// Everything, with samples in the order of questions and indices. Nothing is graded.
    package func load(_ catalog: BenchmarkCatalog) throws -> Run {
        let manifest = try manifest()
        let questions = try readQuestions()
        let samples = Dictionary(grouping: try readSamples().samples) { $0.benchmark }
        return Run(
            manifest: manifest.json,
            benchmarks: try manifest.parts.map { part in
                let asked = questions[part.benchmark] ?? []
                let places = Dictionary(
                    asked.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
                let own = (samples[part.benchmark] ?? []).filter {
                    $0.index < part.samples && places[$0.question] != nil
                }
                return Run.BenchmarkRun(
                    benchmark: try catalog.benchmark(part.benchmark), questions: asked,
                    samplesPerQuestion: part.samples,
                    samples: own.sorted {
                        (places[$0.question] ?? 0, $0.index) < (places[$1.question] ?? 0, $1.index)
                    })
            })
    }

    package func readQuestions() throws -> [String: [Question]] {
        let name = file(Self.questions)
        var questions: [String: [Question]] = [:]
        for (number, line) in try lines(name).lines.enumerated() {
            guard let json = try? JSONValue(parsing: line), let benchmark = json["benchmark"]?.stringValue,
                let question = Question(json: json)
            else { throw EvaluationError(file: name, line: number + 1, "is no question; the file was changed") }
            questions[benchmark, default: []].append(question)
        }
        return questions
    }

    /// One sample for each key, and the length of the file up to the end of its last whole line. Where there are several,
    /// an answer stands before an error and a later one before an earlier.
    func readSamples() throws -> (samples: [Sample], length: Int) {
        struct Key: Hashable {
            var benchmark: String
            var question: String
            var index: Int
        }
        let name = file(Self.samples)
        guard FileManager.default.fileExists(atPath: name) else { return ([], 0) }
        let (lines, length) = try lines(name)
        var kept: [Key: Sample] = [:]
        for (number, line) in lines.enumerated() {
            guard let sample = (try? JSONValue(parsing: line)).flatMap(Sample.init(json:)) else {
                throw EvaluationError(file: name, line: number + 1, "is no sample; remove the line to go on")
            }
            let key = Key(benchmark: sample.benchmark, question: sample.question, index: sample.index)
            if let old = kept[key], old.error == nil, sample.error != nil { continue }
            kept[key] = sample
        }
        return (Array(kept.values), length)
    }

    func openLog() throws -> SampleLog {
        try SampleLog(path: file(Self.samples), length: try readSamples().length)
    }

    /// Grades every answer again from the files alone, and puts the verdicts in place of the old ones.
    package func regrade(_ catalog: BenchmarkCatalog) async throws {
        var manifest = try manifest()
        let log = try openLog()
        defer { withExtendedLifetime(log) {} }
        let questions = try readQuestions().mapValues {
            Dictionary($0.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        }
        var graders: [String: any Grader] = [:]
        for index in manifest.parts.indices {
            let benchmark = try catalog.benchmark(manifest.parts[index].benchmark)
            graders[benchmark.name] = benchmark.grader
            manifest.parts[index].grader = benchmark.grader.identity
        }
        let samples = try readSamples().samples.sorted {
            ($0.benchmark, $0.question, $0.index) < ($1.benchmark, $1.question, $1.index)
        }
        var lines: [UInt8] = []
        for var sample in samples {
            if sample.isAnswered, let grader = graders[sample.benchmark],
                let question = questions[sample.benchmark]?[sample.question]
            {
                await sample.grade(grader, question)
            }
            JSONValue.object(sample.json).write(into: &lines)
            lines.append(UInt8(ascii: "\n"))
        }
        try write(lines, to: Self.samples)
        try write(manifest)
    }

    /// The whole lines of a file, cut at line feeds alone.
    private func lines(_ name: String) throws -> (lines: [[UInt8]], length: Int) {
        guard let content = try? Data(contentsOf: URL(filePath: name), options: .mappedIfSafe) else {
            throw EvaluationError(name, "cannot be read")
        }
        let length = (content.lastIndex(of: UInt8(ascii: "\n")).map { $0 - content.startIndex + 1 }) ?? 0
        let whole = content.prefix(length)
        return (whole.split(separator: UInt8(ascii: "\n")).map { Array($0) }, length)
    }
}

extension Sample {
    /// Gives the answer its verdict, or the error that kept the grader from one.
    mutating func grade(_ grader: any Grader, _ question: Question) async {
        do {
            verdict = try await grader.grade(content, to: question)
            error = nil
        } catch {
            verdict = nil
            self.error = "not graded: \(error)"
        }
    }
}
