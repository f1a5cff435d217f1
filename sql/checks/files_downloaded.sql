-- check: files_downloaded
-- severity: error
-- title: Every file that is listed was asked for
-- why: With download_files the copy holds the file box's bytes too.
-- streams: files, file_data
-- columns: files.file_name, files.file_size

select
  file.id as key,
  format(
    '%s, %s bytes, is listed and was never asked for',
    file.file_name, file.file_size
  ) as explanation
from :data.files as file
where file._sdc_deleted_at is null
  and not exists (select from :data.file_data as stored where stored.id = file.id)
