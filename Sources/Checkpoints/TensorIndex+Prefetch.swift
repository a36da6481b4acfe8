extension TensorIndex {
    /// Reads all weights into memory, 64 MB at a time, or, where they exceed `available` bytes, only tells the kernel
    /// that they are streamed. Throws when the disk fails.
    package func prefetch(available: Int, progress: LoadProgress.Handler? = nil) throws(CheckpointError) {
        let total = files.reduce(0) { $0 + $1.byteCount }
        guard total <= available else {
            for file in files { file.adviseSequential() }
            return
        }
        let step = 64 << 20
        var completed = 0
        for file in files {
            for start in stride(from: 0, to: file.byteCount, by: step) {
                let end = Swift.min(start + step, file.byteCount)
                let next = Swift.min(end + step, file.byteCount)
                if end < next { file.adviseWillNeed(end..<next) }
                try file.populate(start..<end)
                completed += end - start
                progress?(LoadProgress(completed: completed, total: total, file: file.name))
            }
        }
    }
}
