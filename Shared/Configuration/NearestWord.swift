/// What a mistyped word was probably meant to be.
package enum NearestWord {
    /// Letters beyond which words are not compared: hostile input must not cost more than a name is long.
    private static let letterCountMax = 128

    /// The word among `words` with the smallest edit distance to `word`; `nil` where none is near.
    ///
    /// - Parameter distanceMax: The largest distance that is near; always less than the length of `word`.
    /// - Complexity: O(words x length squared); for names of options, commands and keys.
    package static func of(
        _ word: String,
        among words: [String],
        distanceMax: Int = 2
    ) -> String? {
        let distances = words.map { (word: $0, distance: distance(word, $0)) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= distanceMax && best.distance < word.utf8.count ? best.word : nil
    }

    /// How many letters must be inserted, removed or replaced (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8.prefix(letterCountMax))
        let right = Array(right.utf8.prefix(letterCountMax))
        var row = Array(0...right.count)
        for (leftIndex, unit) in left.enumerated() {
            var diagonal = row[0]
            row[0] = leftIndex + 1
            for (rightIndex, other) in right.enumerated() {
                let replaced = diagonal + (unit == other ? 0 : 1)
                diagonal = row[rightIndex + 1]
                row[rightIndex + 1] = min(replaced, diagonal + 1, row[rightIndex] + 1)
            }
        }
        return row[right.count]
    }
}
