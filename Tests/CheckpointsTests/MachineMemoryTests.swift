import Checkpoints
import Testing

struct MachineMemoryTests {
    private let root = TemporaryFolder()
    private let gigabyte = 1 << 30

    private func write(_ files: [String: String]) {
        root.write(
            "MemTotal:       16777216 kB\nMemFree:         1000000 kB\nMemAvailable:    8388608 kB\n",
            to: "proc/meminfo")
        for (name, text) in files { root.write(text, to: name) }
    }

    private func memory() throws -> MachineMemory { try #require(MachineMemory.current(root: root.path)) }

    @Test func `without groups the machine's own numbers hold`() throws {
        write([:])
        #expect(try memory() == MachineMemory(total: 16 * gigabyte, available: 8 * gigabyte))
        write(["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"])
        #expect(try memory() == MachineMemory(total: 16 * gigabyte, available: 8 * gigabyte))
    }

    @Test func `a version 2 limit binds, and its file cache counts as free`() throws {
        write([
            "proc/self/cgroup": "0::/slice/apus\n", "sys/fs/cgroup/memory.max": "max\n",
            "sys/fs/cgroup/slice/memory.max": "\(4 * gigabyte)\n",
            "sys/fs/cgroup/slice/memory.current": "\(3 * gigabyte)\n",
            "sys/fs/cgroup/slice/memory.stat": "anon 5\nactive_file \(gigabyte)\ninactive_file \(gigabyte)\n",
            "sys/fs/cgroup/slice/apus/memory.max": "max\n",
        ])
        #expect(
            try memory() == MachineMemory(total: 4 * gigabyte, available: 3 * gigabyte, groupLimit: 4 * gigabyte))
    }

    @Test func `inside a container the mount point is the group`() throws {
        write([
            "proc/self/cgroup": "0::/docker/0123\n", "sys/fs/cgroup/memory.max": "\(2 * gigabyte)\n",
            "sys/fs/cgroup/memory.current": "\(gigabyte)\n",
        ])
        #expect(try memory().available == gigabyte)
    }

    @Test func `a version 1 limit binds`() throws {
        write([
            "proc/self/cgroup": "5:cpu,cpuacct:/\n4:memory:/apus\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/apus/memory.limit_in_bytes": "\(gigabyte)\n",
            "sys/fs/cgroup/memory/apus/memory.usage_in_bytes": "\(2 * gigabyte)\n",
        ])
        #expect(try memory() == MachineMemory(total: gigabyte, available: 0, groupLimit: gigabyte))
    }

    @Test func `this machine tells its memory, and a missing proc is no memory`() throws {
        let memory = try #require(MachineMemory.current())
        #expect(memory.total > 0 && memory.available <= memory.total)
        #expect(MachineMemory.current(root: "/nowhere") == nil)
    }
}
