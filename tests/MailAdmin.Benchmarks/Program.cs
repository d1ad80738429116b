using MailAdmin.Benchmarks;

// One verb, one file: a class that implements IBenchmarkVerb is found by its name.
var verbs = typeof(IBenchmarkVerb).Assembly.GetTypes()
    .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IBenchmarkVerb)))
    .Select(t => (IBenchmarkVerb)Activator.CreateInstance(t)!)
    .OrderBy(v => v.Name, StringComparer.Ordinal)
    .ToList();

var verb = args.Length > 0 ? verbs.Find(v => v.Name == args[0]) : null;
if (verb is null)
{
    Console.Error.WriteLine("usage: dotnet run --project tests/MailAdmin.Benchmarks -c Release -- VERB [--option value …]");
    foreach (var known in verbs)
    {
        Console.Error.WriteLine($"  {known.Name,-16} {known.Usage}");
    }

    return args.Length == 0 ? 0 : 2;
}

try
{
    return await verb.RunAsync(new BenchmarkOptions(args.AsSpan(1)));
}
catch (System.Net.Sockets.SocketException e) when (e.SocketErrorCode == System.Net.Sockets.SocketError.ConnectionRefused)
{
    Console.Error.WriteLine("Nobody listens there. Start a server, for instance with the verb host, and give --port as it prints it.");
    return 1;
}
