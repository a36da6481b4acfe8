extension TensorIndex {
    /// Reads all weights into memory, 64 MB at a time, or, where they exceed `available` bytes, only tells the kernel
    /// that they are streamed. Throws when the disk fails.
    package func prefetch(available: Int, progress: LoadProgress.Handler? = nil) throws(CheckpointError) {
        let total = files.reduce(0) { $0 + $1.byteCount }
        var completed = 0
        for file in files {
            try file.prefetch(available: total <= available ? .max : 0) { part in
                progress?(LoadProgress(completed: completed + part, total: total, file: file.name))
            }
            completed += file.byteCount
        }
    }
}

extension MappedFile {
    /// Reads the file into memory, 64 MB at a time, or only tells the kernel that it is streamed where it exceeds
    /// `available` bytes. Reports the bytes read.
    func prefetch(available: Int, progress: (Int) -> Void) throws(CheckpointError) {
        guard byteCount <= available else { return adviseSequential() }
        let step = 64 << 20
        for start in stride(from: 0, to: byteCount, by: step) {
            let end = min(start + step, byteCount), next = min(end + step, byteCount)
            if end < next { adviseWillNeed(end..<next) }
            try populate(start..<end)
            progress(end)
        }
    }
}
