using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Tests.Hl7V2;
using Consortium.Fhir;
using Consortium.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Adapters.Tests.Intake;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime.DisposeAsync disposes them.")]
public sealed class FileDropTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("drop-").FullName;
    private IntakeFixture _intake = null!;
    private FileDrop _drop = null!;

    public async Task InitializeAsync()
    {
        _intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);
        _drop = new FileDrop(new FileDropOptions { Source = "lis", Folder = _folder }, _intake.Options with { MaxRecordBytes = 10_000 }, _intake.Journal, TimeProvider.System, NullLogger<FileDrop>.Instance);
    }

    public async Task DisposeAsync()
    {
        _drop.Dispose();
        await _intake.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_that_has_come_to_rest_is_taken_and_archived()
    {
        Write("a.hl7", Messages.Admission());

        Assert.Equal(0, await _drop.ScanAsync(default)); // seen for the first time: it may still be growing
        Assert.Equal(1, await _drop.ScanAsync(default));

        Assert.True(File.Exists(Path.Combine(_folder, "archive", "a.hl7")));
        Assert.False(File.Exists(Path.Combine(_folder, "a.hl7")));
        Assert.Equal(("lis", 1), (Assert.Single(await _intake.Status.BySourceAsync()).Source, (int)(await _intake.Status.BySourceAsync())[0].Received));
    }

    [Fact]
    public async Task A_file_that_still_grows_is_left_alone()
    {
        Write("a.hl7", "MSH");
        await _drop.ScanAsync(default);
        Write("a.hl7", "MSH|more");

        Assert.Equal(0, await _drop.ScanAsync(default));
        Assert.Equal(1, await _drop.ScanAsync(default));
    }

    [Fact]
    public async Task Names_of_files_under_way_are_not_looked_at()
    {
        Write(".a.hl7", "x");
        Write("b.tmp", "x");
        Write("c.part", "x");

        await _drop.ScanAsync(default);
        Assert.Equal(0, await _drop.ScanAsync(default));
    }

    [Fact]
    public async Task Empty_and_too_long_files_go_to_error_with_a_reason_that_can_be_read()
    {
        Write("empty.hl7", "");
        Write("long.hl7", new string('x', 10_001));
        await _drop.ScanAsync(default);
        await _drop.ScanAsync(default);

        foreach ((string name, string code) in new[] { ("empty.hl7", "incomplete"), ("long.hl7", "too-long") })
        {
            byte[] reason = await File.ReadAllBytesAsync(Path.Combine(_folder, "error", name + ".reason.json"));
            Assert.True(FhirValidator.R4.Validate(reason).IsValid);
            Assert.Contains($"\"{code}\"", Encoding.UTF8.GetString(reason), StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(_folder, "error", name)));
        }
    }

    [Fact]
    public async Task A_file_found_again_after_a_crash_is_one_intake()
    {
        await _intake.Journal.AcceptAsync(Encoding.UTF8.GetBytes(Messages.Admission()), "lis"); // accepted, then the crash came before the rename
        Write("a.hl7", Messages.Admission());
        await _drop.ScanAsync(default);
        await _drop.ScanAsync(default);

        Assert.Equal(1, Assert.Single(await _intake.Status.BySourceAsync()).Received);
        Assert.True(File.Exists(Path.Combine(_folder, "archive", "a.hl7")));
    }

    [Fact]
    public async Task Two_files_of_one_name_are_both_archived()
    {
        foreach (string content in new[] { "one", "two" })
        {
            Write("a.hl7", content);
            await _drop.ScanAsync(default);
            await _drop.ScanAsync(default);
        }

        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(_folder, "archive", "a.hl7")));
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(_folder, "archive", "a.hl7.2")));
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder, name), content);
}
