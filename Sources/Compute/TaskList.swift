/// Numbers the tasks of several grids through, so that one run of the pool computes them all.
struct TaskList {
    private(set) var count = 0
    private var starts: [Int] = []

    mutating func append(_ tasks: Int) {
        starts.append(count)
        count += tasks
    }

    /// Which part a task belongs to, and its number there.
    func locate(_ task: Int) -> (part: Int, task: Int) {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= task { low = middle } else { high = middle }
        }
        return (low, task - starts[low])
    }
}
