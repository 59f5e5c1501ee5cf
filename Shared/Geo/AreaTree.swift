/// The cells of an `AreaIndex`: a grid of 6.7 degrees whose crowded cells are cut into 8 by 8, and theirs again.
///
/// Places are units east of -180 and north of -90. A cell is a word: 0 where nothing reaches it, else its node. A
/// node lists entries: the slot of a piece, and whether the whole cell lies inside of it, which needs no further
/// test. An entry stands either in a cell or in cells below it, never in both, so one way down meets each at most
/// once. An entry of a piece whose border goes through the cell has a raster of it, 4 by 4 of two bits
/// (`CellState`): three questions of four need not look at the piece.
///
/// A node is a cache line of 16 words: the block of its cells or 0; the count of its entries; seven entries and their
/// rasters, or where there are more the two halves of a pointer to them and their capacity.
///
/// Safe: nodes, blocks and lists are allocated here, named by numbers that only this type gives, and freed in
/// `deinit`; counts are kept within capacities in `append`. The type cannot be copied.
struct AreaTree: ~Copyable {
    /// A cell of the first grid as a power of two units.
    static let rootShift: UInt32 = 26
    /// The narrowest cell: 2^11 units, 23 m.
    static let leastShift: UInt32 = 11
    /// Cells of the first grid in a row; longitudes need 54 of them.
    static let rootColumnCount = 64
    private static let rootBlockCount = 32
    private static let inlineCount: UInt32 = 7
    private static let nodeWordCount = 16

    private var words: UnsafeMutablePointer<UInt32>
    private var blockCapacity = 64
    private var blockCount = AreaTree.rootBlockCount
    private var freeBlock: UInt32 = 0
    private var nodes: UnsafeMutablePointer<UInt32>
    private var nodeCapacity = 64
    /// Node 0 is none.
    private var nodeCount = 1
    private var freeNode: UInt32 = 0
    /// Bytes of lists that do not fit their nodes.
    private var listByteCount = 0

    init() {
        words = Self.zeros(count: blockCapacity * 64)
        nodes = Self.zeros(count: nodeCapacity * Self.nodeWordCount)
    }

    deinit {
        for node in 1..<UInt32(max(1, nodeCount)) where count(of: node) > Self.inlineCount {
            list(of: node).deallocate()
        }
        words.deallocate()
        nodes.deallocate()
    }

    /// Bytes allocated.
    var byteCount: Int { blockCapacity * 256 + nodeCapacity * 64 + listByteCount }

    /// The word of a cell of the first grid.
    @inline(__always)
    static func rootWord(east: UInt32, north: UInt32) -> Int {
        Int(north >> rootShift) &* rootColumnCount &+ Int(east >> rootShift)
    }

    /// The word of the cell of width 2^`shift` in `block` that holds a place.
    @inline(__always)
    static func word(of block: UInt32, east: UInt32, north: UInt32, shift: UInt32) -> Int {
        Int(block) &* 64 &+ Int((north >> shift) & 7) &* 8 &+ Int((east >> shift) & 7)
    }

    /// The node of a cell, or 0.
    @inline(__always)
    func node(at word: Int) -> UInt32 { words[word] }

    /// The block of cells below a node, or 0.
    @inline(__always)
    func block(of node: UInt32) -> UInt32 { nodes[Int(node) &* 16] }

    /// Where an entry's raster has the two bits of a place in its cell of width 2^`shift`.
    @inline(__always)
    static func rasterPlace(east: UInt32, north: UInt32, shift: UInt32) -> UInt32 {
        let row = (north >> (shift &- 2)) & 3
        return (row &* 4 &+ ((east >> (shift &- 2)) & 3)) &* 2
    }

    /// How many entries a node has.
    @inline(__always)
    func count(of node: UInt32) -> UInt32 { nodes[Int(node) &* 16 &+ 1] }

    /// The entries of a node.
    @inline(__always)
    func entries(of node: UInt32) -> UnsafeMutablePointer<UInt32> {
        count(of: node) <= Self.inlineCount ? nodes + (Int(node) &* 16 &+ 2) : list(of: node)
    }

    /// The rasters of a node's entries; of no meaning for those that hold the whole cell.
    @inline(__always)
    func rasters(of node: UInt32) -> UnsafeMutablePointer<UInt32> {
        count(of: node) <= Self.inlineCount
            ? nodes + (Int(node) &* 16 &+ 2 &+ Int(Self.inlineCount))
            : list(of: node) + Int(nodes[Int(node) &* 16 &+ 4])
    }

    /// The list of a node whose entries do not fit it.
    private func list(of node: UInt32) -> UnsafeMutablePointer<UInt32> {
        let low = UInt(nodes[Int(node) &* 16 &+ 2])
        let high = UInt(nodes[Int(node) &* 16 &+ 3])
        guard let list = UnsafeMutablePointer<UInt32>(bitPattern: high << 32 | low) else {
            preconditionFailure("A node with many entries has a list of them.")
        }
        return list
    }

    /// The node of a cell, made where there is none.
    mutating func ensureNode(at word: Int) -> UInt32 {
        if words[word] != 0 { return words[word] }
        var node = freeNode
        if node != 0 {
            freeNode = nodes[Int(node) * 16]
        } else {
            if nodeCount == nodeCapacity {
                Self.double(&nodes, count: nodeCapacity * Self.nodeWordCount)
                nodeCapacity *= 2
            }
            node = UInt32(nodeCount)
            nodeCount += 1
        }
        nodes[Int(node) * 16] = 0
        nodes[Int(node) * 16 + 1] = 0
        words[word] = node
        return node
    }

    /// Gives back the node of a cell, which has neither entries nor cells below.
    mutating func removeNode(at word: Int) {
        let node = words[word]
        nodes[Int(node) * 16] = freeNode
        nodes[Int(node) * 16 + 1] = 0
        freeNode = node
        words[word] = 0
    }

    /// Cuts a node's cell into 64, all empty.
    mutating func addBlock(to node: UInt32) {
        var block = freeBlock
        if block != 0 {
            freeBlock = words[Int(block) * 64]
        } else {
            if blockCount == blockCapacity {
                Self.double(&words, count: blockCapacity * 64)
                blockCapacity *= 2
            }
            block = UInt32(blockCount)
            blockCount += 1
        }
        (words + Int(block) * 64).update(repeating: 0, count: 64)
        nodes[Int(node) * 16] = block
    }

    /// Makes a node's cell whole again where the cells below are empty.
    mutating func removeBlockIfEmpty(of node: UInt32) {
        let block = Int(block(of: node))
        guard block != 0, (block * 64..<block * 64 + 64).allSatisfy({ words[$0] == 0 }) else {
            return
        }
        words[block * 64] = freeBlock
        freeBlock = UInt32(block)
        nodes[Int(node) * 16] = 0
    }

    /// Adds an entry to a node.
    mutating func append(_ entry: UInt32, raster: UInt32, to node: UInt32) {
        let count = Int(count(of: node))
        let base = Int(node) * Self.nodeWordCount
        let isInline = count <= Int(Self.inlineCount)
        let capacity = isInline ? Int(Self.inlineCount) : Int(nodes[base + 4])
        if count == capacity {
            setList(of: node, capacity: max(16, capacity * 2), isInline: isInline)
        }
        nodes[base + 1] = UInt32(count + 1)
        entries(of: node)[count] = entry
        rasters(of: node)[count] = raster
    }

    /// Moves a node's entries to a new list.
    private mutating func setList(of node: UInt32, capacity: Int, isInline: Bool) {
        let count = Int(count(of: node))
        let base = Int(node) * Self.nodeWordCount
        let list = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
        list.initialize(repeating: 0, count: capacity * 2)
        list.update(from: entries(of: node), count: count)
        (list + capacity).update(from: rasters(of: node), count: count)
        if !isInline { free(self.list(of: node), capacity: Int(nodes[base + 4])) }
        listByteCount += capacity * 8
        let bits = UInt(bitPattern: list)
        nodes[base + 2] = UInt32(truncatingIfNeeded: bits)
        nodes[base + 3] = UInt32(truncatingIfNeeded: bits >> 32)
        nodes[base + 4] = UInt32(capacity)
    }

    private mutating func free(_ list: UnsafeMutablePointer<UInt32>, capacity: Int) {
        list.deallocate()
        listByteCount -= capacity * 8
    }

    /// Takes the entry at `place` out of a node; the last one takes its place.
    mutating func removeEntry(at place: Int, of node: UInt32) {
        let count = Int(count(of: node))
        let base = Int(node) * Self.nodeWordCount
        let entries = entries(of: node)
        let rasters = rasters(of: node)
        entries[place] = entries[count - 1]
        rasters[place] = rasters[count - 1]
        if count == Int(Self.inlineCount) + 1 {
            let capacity = Int(nodes[base + 4])
            (nodes + base + 2).update(from: entries, count: count - 1)
            (nodes + base + 2 + count - 1).update(from: rasters, count: count - 1)
            free(entries, capacity: capacity)
        }
        nodes[base + 1] = UInt32(count - 1)
    }

    /// Moves words to twice the room; the new half is 0.
    private static func double(_ words: inout UnsafeMutablePointer<UInt32>, count: Int) {
        let larger = zeros(count: count * 2)
        larger.update(from: words, count: count)
        words.deallocate()
        words = larger
    }

    /// Words of 0, from the start of a cache line.
    private static func zeros(count: Int) -> UnsafeMutablePointer<UInt32> {
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
        return bytes.initializeMemory(as: UInt32.self, repeating: 0, count: count)
    }
}
