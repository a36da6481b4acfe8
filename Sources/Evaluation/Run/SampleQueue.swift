/// The samples that are still to be had, handed out question by question.
///
/// A question's first sample goes ahead of its others until the server has begun to answer it: then its prompt is in the
/// server's prefix cache, and the others share that one prefill.
actor SampleQueue {
    struct Job: Sendable {
        var part: Int
        var question: Int
        var index: Int
        /// An answer that was had before and only lacks its verdict.
        var answered: Sample?
    }

    private struct Entry {
        var jobs: ArraySlice<Job>
        var isOpen = false
    }

    private var entries: [Entry]
    /// The first question that no sample was handed out of.
    private var fresh = 0
    /// Questions that were begun and have more samples.
    private var begun: [Int] = []
    private var entryIndices: [Int: [Int: Int]] = [:]
    private var waiting: [CheckedContinuation<Job?, Never>] = []
    private var isStopped = false

    /// - Parameter jobs: those of one question stand together.
    init(_ jobs: [Job]) {
        var entries: [Entry] = []
        var start = jobs.startIndex
        while start < jobs.endIndex {
            let first = jobs[start]
            let end =
                jobs[start...].firstIndex { $0.part != first.part || $0.question != first.question } ?? jobs.endIndex
            entryIndices[first.part, default: [:]][first.question] = entries.count
            entries.append(Entry(jobs: jobs[start..<end]))
            start = end
        }
        self.entries = entries
    }

    /// The next sample to ask for; nil when there is none any more.
    func next() async -> Job? {
        if let job = take() { return job }
        guard !isStopped, !begun.isEmpty else { return nil }
        return await withCheckedContinuation { waiting.append($0) }
    }

    /// The server has begun to answer this sample, or will not.
    func began(_ job: Job) {
        guard let entry = entryIndices[job.part]?[job.question], !entries[entry].isOpen else { return }
        entries[entry].isOpen = true
        while !waiting.isEmpty, let job = take() { waiting.removeFirst().resume(returning: job) }
        if begun.isEmpty { release() }
    }

    /// Hands out nothing any more.
    func stop() {
        isStopped = true
        release()
    }

    private func release() {
        waiting.forEach { $0.resume(returning: nil) }
        waiting = []
    }

    private func take() -> Job? {
        guard !isStopped else { return nil }
        if let place = begun.firstIndex(where: { entries[$0].isOpen }) {
            let entry = begun[place]
            let job = entries[entry].jobs.removeFirst()
            if entries[entry].jobs.isEmpty { begun.remove(at: place) }
            return job
        }
        guard fresh < entries.count else { return nil }
        let job = entries[fresh].jobs.removeFirst()
        if !entries[fresh].jobs.isEmpty { begun.append(fresh) }
        fresh += 1
        return job
    }
}
