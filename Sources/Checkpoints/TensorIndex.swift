/// All tensors of a checkpoint: lookup by name, iteration file by file in the order of their bytes.
package struct TensorIndex: Sendable, Sequence {
    let files: [MappedFile]
    private let views: [TensorView]
    private let positions: [String: Int]

    /// Throws when a tensor is in two files.
    init(_ contents: [(file: MappedFile, header: SafetensorsHeader)]) throws(CheckpointError) {
        files = contents.map(\.file)
        var views: [TensorView] = []
        var positions: [String: Int] = [:]
        for (file, header) in contents {
            for entry in header.entries {
                if let other = positions.updateValue(views.count, forKey: entry.name) {
                    throw CheckpointError(
                        file: file.name, tensor: entry.name, problem: "is in \(views[other].file) too",
                        remedy: "Remove the file that does not belong to the checkpoint.")
                }
                views.append(Self.view(of: entry, in: file))
            }
        }
        self.views = views
        self.positions = positions
    }

    package subscript(name: String) -> TensorView? { positions[name].map { views[$0] } }

    package var count: Int { views.count }
    package var fileNames: [String] { files.map(\.name) }
    /// Bytes of all tensors.
    package var byteCount: Int { views.reduce(0) { $0 + $1.byteCount } }

    package func makeIterator() -> IndexingIterator<[TensorView]> { views.makeIterator() }

    private static func view(of entry: SafetensorsHeader.Entry, in file: MappedFile) -> TensorView {
        var base = file.base + entry.range.lowerBound
        var owner: AnyObject = file
        // Writers that do not pad the header leave wide elements at odd addresses.
        if Int(bitPattern: base) % entry.type.byteWidth != 0 {
            let copy = AlignedCopy(base, byteCount: entry.range.count)
            base = copy.base
            owner = copy
        }
        return TensorView(
            name: entry.name, shape: entry.shape, type: entry.type, base: base, byteCount: entry.range.count,
            owner: owner, file: file.name)
    }
}
