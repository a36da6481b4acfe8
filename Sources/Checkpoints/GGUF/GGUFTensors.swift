/// Makes the tensors of GGUF files available under Hugging Face's names, in place.
enum GGUFTensors {
    /// Divisors of Llama 3's rotary frequencies; not a weight of any layer.
    static let rotaryDivisors = "rope_freqs.weight"

    /// Throws when a name occurs twice, or where stacked experts are not as many as the metadata says.
    static func index(
        _ contents: [(file: MappedFile, header: GGUFHeader)], expertCount: Int?
    ) throws(CheckpointError) -> TensorIndex {
        var views: [TensorView] = []
        for (file, header) in contents {
            for entry in header.entries {
                switch GGUFTensorNames.target(of: entry.name) {
                case .whole(let name): views.append(view(name, entry.shape, entry, entry.range, file))
                case .experts(let prefix, let projection):
                    for (expert, range) in try slices(entry, count: expertCount, file) {
                        let name = "\(prefix).\(expert).\(projection).weight"
                        views.append(view(name, Array(entry.shape[1...]), entry, range, file))
                    }
                case .gatesAndUps(let prefix): views += try gatesAndUps(prefix, entry, count: expertCount, file)
                // It keeps its name, under which the plan finds that it is unknown.
                case nil: views.append(view(entry.name, entry.shape, entry, entry.range, file))
                }
            }
        }
        return try TensorIndex(views, files: contents.map(\.file), container: .gguf)
    }

    private static func view(
        _ name: String, _ shape: [Int], _ entry: GGUFHeader.Entry, _ range: Range<Int>, _ file: MappedFile
    ) -> TensorView {
        TensorView(name: name, shape: shape, type: entry.type, range: range, file: file)
    }

    /// The bytes of each expert in `[experts, outputs, inputs]`.
    private static func slices(
        _ entry: GGUFHeader.Entry, count: Int?, _ file: MappedFile
    ) throws(CheckpointError) -> [(expert: Int, range: Range<Int>)] {
        guard entry.shape.count == 3, entry.shape[0] == count else {
            throw CheckpointError(
                file: file.name, tensor: entry.name,
                problem: "is \(entry.shape); its first dimension must be the number of experts, "
                    + (count.map { "\($0)" } ?? "of which the metadata has none") + ", of two more",
                remedy: CheckpointError.downloadAgain)
        }
        let width = entry.range.count / entry.shape[0]
        return (0..<entry.shape[0]).map { expert in
            let start = entry.range.lowerBound + expert * width
            return (expert, start..<start + width)
        }
    }

    private static func gatesAndUps(
        _ prefix: String, _ entry: GGUFHeader.Entry, count: Int?, _ file: MappedFile
    ) throws(CheckpointError) -> [TensorView] {
        var views: [TensorView] = []
        for (expert, range) in try slices(entry, count: count, file) {
            let width = entry.shape[1] / 2
            guard entry.shape[1] == 2 * width else {
                throw CheckpointError(
                    file: file.name, tensor: entry.name,
                    problem: "has \(entry.shape[1]) rows per expert; gate and up projections take as many each",
                    remedy: CheckpointError.downloadAgain)
            }
            let middle = range.lowerBound + range.count / 2
            for (projection, half) in [
                ("gate_proj", range.lowerBound..<middle), ("up_proj", middle..<range.upperBound),
            ] {
                let name = "\(prefix).\(expert).\(projection).weight"
                views.append(view(name, [width, entry.shape[2]], entry, half, file))
            }
        }
        return views
    }
}
