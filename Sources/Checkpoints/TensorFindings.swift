/// What is wrong with a checkpoint's tensors, collected into one error.
struct TensorFindings {
    enum Kind: String, CaseIterable {
        case missing = "missing"
        case unknown = "unknown"
        case shape = "wrong shape"
        case type = "wrong type"
    }

    private struct Finding {
        let tensor: String
        let text: String
        let file: String?
    }

    let container: WeightContainer
    private static let shownPerKind = 4
    private var findings: [Kind: [Finding]] = [:]
    private var counts: [Kind: Int] = [:]

    init(container: WeightContainer) { self.container = container }

    mutating func add(_ kind: Kind, _ tensor: String, _ text: String, in file: String? = nil) {
        counts[kind, default: 0] += 1
        guard findings[kind, default: []].count < Self.shownPerKind else { return }
        findings[kind, default: []].append(Finding(tensor: tensor, text: text, file: file))
    }

    mutating func compare(_ tensor: TensorView, shape: [Int], types: [ElementType]) {
        let name = container.tensorName(tensor.name)
        if tensor.shape != shape {
            add(
                .shape, name,
                "\(name) is \(tensor.shape) in \(tensor.file), \(container.configurationName) asks for \(shape)",
                in: tensor.file)
        }
        if !types.contains(tensor.type) {
            let names = types.map(\.rawValue).joined(separator: ", ")
            add(
                .type, name, "\(name) is \(tensor.type.rawValue) in \(tensor.file); supported: \(names)",
                in: tensor.file)
        }
    }

    /// Nil when nothing was found.
    func error(files: [String]) -> CheckpointError? {
        let kinds = Kind.allCases.filter { findings[$0] != nil }
        guard let kind = kinds.first, let first = findings[kind]?.first else { return nil }
        let total = counts.values.reduce(0, +)
        var lines = ["\(total) \(total == 1 ? "tensor does" : "tensors do") not fit \(container.configurationName):"]
        for kind in kinds {
            let shown = findings[kind] ?? []
            lines += shown.map { "  \(kind.rawValue): \($0.text)" }
            let rest = (counts[kind] ?? 0) - shown.count
            if rest > 0 { lines.append("  \(kind.rawValue): and \(rest) more") }
        }
        let file = first.file ?? (files.count == 1 ? files[0] : "weights")
        return CheckpointError(
            file: file, tensor: first.tensor, problem: lines.joined(separator: "\n"), remedy: remedy(kinds))
    }

    private func remedy(_ kinds: [Kind]) -> String {
        if container == .gguf { return "Download the model again, or another file of it." }
        if kinds == [.missing] { return "Download the missing weights, or the config.json that belongs to these." }
        if findings[.type]?.contains(where: { $0.text.contains(" is F8_E4M3 ") }) == true {
            return "fp8 weights need quantization_config (fp8, blocks of 128x128) in config.json."
        }
        return "Take config.json and weights from the same model, in a supported form."
    }
}
