-- wrk: PATCH the schools named in the environment variable SCHOOLS (paths, separated by spaces) in turn, each time with another vision.
local paths = {}
for path in os.getenv("SCHOOLS"):gmatch("%S+") do
    paths[#paths + 1] = path
end
local headers = {
    ["Authorization"] = "Bearer " .. os.getenv("TOKEN"),
    ["Content-Type"] = "application/merge-patch+json",
    ["If-Match"] = "*",
}
local threads = 0
function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

local count = 0
function request()
    count = count + 1
    local body = string.format('{"vision":"Every child known by name. %d.%d"}', number or 0, count)
    return wrk.format("PATCH", paths[(count + (number or 0) * 31) % #paths + 1], headers, body)
end
