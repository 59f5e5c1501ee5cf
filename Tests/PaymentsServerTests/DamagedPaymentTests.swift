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
        let rig = try await PaymentsRig()
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        try await rig.settle()
        try await rig.send(PaymentsMethods.capture, rig.capture(held, cents: 9_000))
        try await rig.settle()
        try await rig.store.write { session throws(StorageError) in
            _ = try session.execute(statement)
        }
        let error = await #expect(throws: StorageError.self) {
            try await rig.store.read { session throws(StorageError) in
                _ = try PaymentTable.find(held.payment, of: PaymentsRig.tenant, in: session)
            }
        }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("\(held.payment)") == true)
    }

    @Test("one stands still, and the others are asked")
    func others() async throws {
        let rig = try await PaymentsRig()
        let method = try await rig.method()
        let damaged = rig.authorisation(method)
        try await rig.send(PaymentsMethods.authorise, damaged)
        try await rig.store.write { session throws(StorageError) in
            _ = try session.execute("UPDATE payments SET authorised = -1")
        }
        let sound = rig.authorisation(method)
        try await rig.send(PaymentsMethods.authorise, sound)
        #expect(await rig.worker.runDue() == 1)
        #expect(try await rig.state(sound.payment) == .authorised)
    }
}
