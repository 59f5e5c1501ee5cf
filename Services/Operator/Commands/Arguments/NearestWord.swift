/// What a mistyped word was probably meant to be.
package enum NearestWord {
    /// The word among `words` with the smallest edit distance, at most 2 and less than the length.
    ///
    /// - Complexity: O(words x length squared); for names of options and commands.
    package static func of(_ word: String, among words: [String]) -> String? {
        let distances = words.map { (word: $0, distance: editDistance(Array(word), Array($0))) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= 2 && best.distance < word.count ? best.word : nil
    }

    /// Levenshtein's distance: insertions, deletions and replacements.
    private static func editDistance(_ left: [Character], _ right: [Character]) -> Int {
        var previous = Array(0...right.count)
        for (row, leftCharacter) in left.enumerated() {
            var current = [row + 1]
            for (column, rightCharacter) in right.enumerated() {
                let replaced = previous[column] + (leftCharacter == rightCharacter ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
