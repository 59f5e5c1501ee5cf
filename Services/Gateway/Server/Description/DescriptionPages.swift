internal import HTTP
internal import Synchronization

/// The pages that tell what the API is. They change with the program alone, so each is made once.
final class DescriptionPages: Sendable {
    /// RFC 9727 section 4.2: the profile tells a catalogue from any other set of links (RFC 9264).
    static let catalogType =
        #"application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727""#

    private static let fields = [ResponseField(.cacheControl, "public, max-age=300")]
    private static let catalogText = #"""
        {"linkset":[{"anchor":"/v1","service-desc":[{"href":"/openapi.json",\#
        "type":"application/vnd.oai.openapi+json;version=3.1"}]}]}
        """#

    private let document = Mutex<[UInt8]?>(nil)

    /// Where the API is described, for whoever finds the host first.
    let catalog = HTTPResponse(
        contentType: catalogType,
        fields: fields + [
            ResponseField(HeaderName("Link"), #"</openapi.json>; rel="service-desc""#)
        ],
        body: .bytes(Array(catalogText.utf8))
    )

    /// The API's description; encoding it takes some milliseconds, which no later request pays.
    func description(of routes: () -> [APIRoute]) -> HTTPResponse {
        let bytes = document.withLock { document in
            if let document { return document }
            let made = OpenAPIDocument.encode(routes())
            document = made
            return made
        }
        var response = HTTPResponse.json(bytes)
        response.fields = Self.fields
        return response
    }
}
