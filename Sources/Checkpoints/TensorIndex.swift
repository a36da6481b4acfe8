/// All tensors of a checkpoint: lookup by name, iteration file by file in the order of their bytes.
package struct TensorIndex: Sendable, Sequence {
    let files: [MappedFile]
    let container: WeightContainer
    private let views: [TensorView]
    private let positions: [String: Int]

    /// Throws when a tensor is in two files.
    init(_ contents: [(file: MappedFile, header: SafetensorsHeader)]) throws(CheckpointError) {
        let views = contents.flatMap { file, header in
            header.entries.map {
                TensorView(name: $0.name, shape: $0.shape, type: $0.type, range: $0.range, file: file)
            }
        }
        try self.init(views, files: contents.map(\.file), container: .safetensors)
    }

    /// Throws when two views have one name.
    init(_ views: [TensorView], files: [MappedFile], container: WeightContainer) throws(CheckpointError) {
        var positions: [String: Int] = [:]
        positions.reserveCapacity(views.count)
        for (position, view) in views.enumerated() {
            if let other = positions.updateValue(position, forKey: view.name) {
                throw CheckpointError(
                    file: view.file, tensor: container.tensorName(view.name),
                    problem: "is in \(views[other].file) too",
                    remedy: "Remove the file that does not belong to the checkpoint.")
            }
        }
        self.files = files
        self.container = container
        self.views = views
        self.positions = positions
    }

    package subscript(name: String) -> TensorView? { positions[name].map { views[$0] } }

    package var count: Int { views.count }
    package var fileNames: [String] { files.map(\.name) }
    /// Changes when a file is replaced: names, sizes and times of the last change.
    package var fileKey: String {
        files.map { "\($0.name) \($0.byteCount) \($0.modified)" }.joined(separator: ", ")
    }
    /// Bytes of all tensors.
    package var byteCount: Int { views.reduce(0) { $0 + $1.byteCount } }

    /// Throws where a tensor is in blocks, which are not quantised once more. `remedy` says what to do about it, or to
    /// take another file.
    package func checkIsNotQuantized(remedy: String) throws(CheckpointError) {
        guard let tensor = views.first(where: \.type.isBlocked) else { return }
        throw CheckpointError(
            file: tensor.file, tensor: container.tensorName(tensor.name),
            problem: "is quantised already, to \(tensor.type.rawValue)",
            remedy: "\(remedy), or take a file in F32, F16 or BF16.")
    }

    package func makeIterator() -> IndexingIterator<[TensorView]> { views.makeIterator() }
}
