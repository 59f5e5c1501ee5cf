import Testing

@testable import OperatorBenchmarks

@Suite("The disk under a store")
struct DiskSyncRateTests {
    private static let mounts = """
        /dev/vda / ext4 rw,relatime 0 0
        proc /proc proc rw 0 0
        tmpfs /run tmpfs rw 0 0
        tmpfs /tmp tmpfs rw 0 0
        /dev/vdb /tmp/disk xfs rw 0 0
        """

    @Test(
        "a folder lies in the innermost file system above it",
        arguments: [
            ("/", "ext4"), ("/home/nexors", "ext4"), ("/tmp", "tmpfs"), ("/tmp/bench", "tmpfs"),
            ("/tmp/disk", "xfs"), ("/tmp/disk/bench", "xfs"), ("/tmp/disks", "tmpfs"),
            ("/tmpfs", "ext4"),
        ]
    )
    func fileSystem(path: String, type: String) {
        #expect(DiskSyncRate.fileSystem(of: path, in: Self.mounts) == type)
    }

    @Test("of two file systems at one point the later one counts")
    func covered() {
        let mounts = Self.mounts + "\n/dev/vdc /tmp ext4 rw 0 0\n"
        #expect(DiskSyncRate.fileSystem(of: "/tmp/bench", in: mounts) == "ext4")
    }

    @Test("nothing is known where nothing is mounted")
    func unknown() {
        #expect(DiskSyncRate.fileSystem(of: "/tmp", in: "") == nil)
    }
}
