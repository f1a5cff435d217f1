-- check: files_given
-- severity: warning
-- title: Every file that was asked for was given, whole
-- why: Keap lists files that it doesn't give to this credential, or that are gone; and its lists aren't always right
--   about their sizes. Somebody should look at each.
-- streams: files, file_data
-- columns: file_data.path, file_data.size, files.file_name, files.file_size

select
  stored.id as key,
  case
    when stored.path is null then format('%s was not given', file.file_name)
    else format('%s has %s bytes, Keap lists %s', file.file_name, stored.size, file.file_size)
  end as explanation
from :data.file_data as stored
join :data.files as file on file.id = stored.id and file._sdc_deleted_at is null
where stored._sdc_deleted_at is null
  and (stored.path is null or stored.size <> file.file_size)
