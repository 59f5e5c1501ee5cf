import Messages
import PaymentsServer
import Storage
import StorageSQLite
import Testing

@Suite("Payments whose rows contradict each other")
struct DamagedPaymentTests {
    @Test(
        "are an error that names the payment, whatever the rows hold",
        arguments: [
            "UPDATE payment_captures SET fleet = 9223372036854775807",
            "UPDATE payment_captures SET fleet = 9223372036854775807, commission = 9223372036854775807",
            "UPDATE payment_captures SET fleet = -9223372036854775808, tax = -9223372036854775808",
            "UPDATE payment_captures SET fleet_rest = 9223372036854775807",
            "UPDATE payment_captures SET fleet_rest = -1",
            "UPDATE payment_captures SET tax_rest = tax_rest + 1",
            "UPDATE payments SET authorised = 9223372036854775807",
            "UPDATE payments SET authorised = -1",
            "UPDATE payments SET authorised = 8999",
        ] as [SQLStatement]
    )
    func damaged(statement: SQLStatement) async throws {
        let bench = try await PaymentsBench()
        let held = bench.authorisation(try await bench.method())
        try await bench.send(PaymentsMethods.authorise, held)
        try await bench.settle()
        try await bench.send(PaymentsMethods.capture, bench.capture(held, cents: 9_000))
        try await bench.settle()
        try await bench.store.write { session throws(StorageError) in
            _ = try session.execute(statement)
        }
        let error = await #expect(throws: StorageError.self) {
            try await bench.store.read { session throws(StorageError) in
                _ = try PaymentTable.find(held.payment, of: PaymentsBench.tenant, in: session)
            }
        }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("\(held.payment)") == true)
    }

    @Test("one stands still, and the others are asked")
    func others() async throws {
        let bench = try await PaymentsBench()
        let method = try await bench.method()
        let damaged = bench.authorisation(method)
        try await bench.send(PaymentsMethods.authorise, damaged)
        try await bench.store.write { session throws(StorageError) in
            _ = try session.execute("UPDATE payments SET authorised = -1")
        }
        let sound = bench.authorisation(method)
        try await bench.send(PaymentsMethods.authorise, sound)
        #expect(await bench.worker.runDue() == 1)
        #expect(try await bench.state(sound.payment) == .authorised)
    }
}
