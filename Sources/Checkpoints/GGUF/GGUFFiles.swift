/// The GGUF files of one model, mapped and parsed: one, or a set `NAME-00001-of-000NN.gguf` in order.
struct GGUFFiles {
    let contents: [(file: MappedFile, header: GGUFHeader)]

    /// Opens the file, or the whole set that it is a part of.
    init(path: String, progress: LoadProgress.Handler?) throws(CheckpointError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        let name = parts.last.map(String.init) ?? path
        let prefix = parts.count == 1 ? "" : "\(folder)/"
        let given = try Self.map(prefix, name)
        let header = try Self.header(of: given)
        guard try header.metadata.integer("split.count") ?? 1 > 1, let part = GGUFPartName(name) else {
            try self.init([(given, header)])
            progress?(LoadProgress(completed: given.byteCount, total: given.byteCount, file: name))
            return
        }
        var files: [MappedFile] = []
        for number in 1...part.count {
            let name = part.name(of: number)
            if FileSystem.kind(prefix + name) == nil {
                throw CheckpointError(
                    file: name, problem: "is missing; \(given.name) is one of \(part.count) parts",
                    remedy: "Download all parts of the model into one folder.")
            }
            files.append(number == part.number ? given : try Self.map(prefix, name))
        }
        let total = files.reduce(0) { $0 + $1.byteCount }
        var completed = 0
        var contents: [(file: MappedFile, header: GGUFHeader)] = []
        for file in files {
            contents.append((file, file === given ? header : try Self.header(of: file)))
            completed += file.byteCount
            progress?(LoadProgress(completed: completed, total: total, file: file.name))
        }
        try self.init(contents)
    }

    /// Takes files that are already mapped; throws unless they are all parts of one model, in order.
    init(_ contents: [(file: MappedFile, header: GGUFHeader)]) throws(CheckpointError) {
        self.contents = contents
        guard let metadata = contents.first?.header.metadata else { preconditionFailure("a model of no files") }
        for (index, (_, header)) in contents.enumerated() {
            let number = try header.metadata.integer("split.no") ?? 0
            guard number == index else {
                throw header.metadata.invalid("split.no", "is \(number), but this is part \(index) of the model")
            }
            let count = try header.metadata.integer("split.count") ?? 1
            guard count == contents.count || contents.count == 1 && count == 0 else {
                throw header.metadata.invalid(
                    "split.count", "is \(count), but the file name says \(contents.count)")
            }
        }
        let found = contents.reduce(0) { $0 + $1.header.entries.count }
        if let expected = try metadata.integer("split.tensors.count"), expected != found {
            throw metadata.invalid("split.tensors.count", "is \(expected), but the files have \(found) tensors")
        }
    }

    /// Of the first file; other parts have no more than their number.
    var metadata: GGUFMetadata { contents[0].header.metadata }

    static func header(of file: MappedFile) throws(CheckpointError) -> GGUFHeader {
        try file.withBytes { bytes throws(CheckpointError) in
            if GitLFSPointer.isPointer(bytes) { throw GitLFSPointer.error(file: file.name) }
        }
        return try GGUFHeader(
            parsing: UnsafeRawBufferPointer(start: file.base, count: file.byteCount), file: file.name)
    }

    private static func map(_ prefix: String, _ name: String) throws(CheckpointError) -> MappedFile {
        try MappedFile(path: prefix + name, name: name)
    }
}

/// `R1-Q4_K_M-00001-of-00009.gguf`, taken apart.
struct GGUFPartName {
    let stem: String
    let number: Int
    let count: Int

    init?(_ file: String) {
        let parts = file.dropLast(".gguf".count).split(separator: "-", omittingEmptySubsequences: false)
        guard file.hasSuffix(".gguf"), parts.count >= 4, parts[parts.count - 2] == "of",
            let count = Self.number(parts[parts.count - 1]), let number = Self.number(parts[parts.count - 3]),
            (1...count).contains(number)
        else { return nil }
        stem = parts.dropLast(3).joined(separator: "-")
        self.number = number
        self.count = count
    }

    func name(of number: Int) -> String { "\(stem)-\(Self.padded(number))-of-\(Self.padded(count)).gguf" }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.count == 5, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            number > 0
        else { return nil }
        return number
    }

    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 5 - text.utf8.count)) + text
    }
}
